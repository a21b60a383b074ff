/**
 * The engine `webgpu`: ONNX Runtime and TensorFlow.js on one GPUDevice.
 *
 * @module
 */
import type * as Ort from "onnxruntime-web/webgpu";
import type { Tensor } from "onnxruntime-web";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "./tf.ts";
import type { Engine, EngineOutput } from "./engine.ts";
import { createOrtEngine, type OrtModule, toFloat32 } from "./ort_engine.ts";
import { encodeOnnx } from "./onnx_graph.ts";
import { registerKernels } from "./kernels/register.ts";
import { sumByTiles } from "./kernels/tile_sums.ts";

/**
 * Starts the engine: ONNX Runtime makes the device, TensorFlow.js joins it.
 *
 * @param reason Why it was picked.
 * @param adapter The adapter to use.
 */
export async function startWebGpu(
  reason: string,
  adapter: GPUAdapter,
): Promise<Engine> {
  const ort = await loadOrtWebGpu(adapter);
  const { device, session } = await createDevice(ort);
  const backend = new SharingBackend(device, adapter.info as GPUAdapterInfo);
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => backend);
  await tf.setBackend("webgpu");
  await tf.ready();
  registerKernels("webgpu");
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", PACKED_PRODUCTS);
  return createOrtEngine({
    identity: {
      name: "webgpu",
      device: adapter.info.description || adapter.info.vendor,
      reason,
      maxTensorBytes: device.limits.maxStorageBufferBindingSize,
    },
    ort: ort as unknown as OrtModule,
    sessionOptions: {
      executionProviders: ["webgpu"],
      preferredOutputLocation: "gpu-buffer",
      logSeverityLevel: 3,
    },
    wrapOutput: (output) => wrapGpuOutput(output, backend),
    release: () => session.release(),
  });
}

/**
 * TensorFlow.js's `MatMulPackedProgram`, for all products. The one that it takes
 * for long sums on large devices adds in an order that changes from run to run.
 */
const PACKED_PRODUCTS = 3;

/**
 * TensorFlow.js reads whole buffers; those of ONNX Runtime can be longer than
 * their tensors. Its products are summed tile by tile.
 */
class SharingBackend extends WebGPUBackend {
  override runWebGPUProgram(
    ...[program, ...rest]: Parameters<WebGPUBackend["runWebGPUProgram"]>
  ): ReturnType<WebGPUBackend["runWebGPUProgram"]> {
    return super.runWebGPUProgram(sumByTiles(program), ...rest);
  }

  override async read(dataId: object): ReturnType<WebGPUBackend["read"]> {
    const values = await super.read(dataId);
    const size = tf.util.sizeFromShape(this.tensorMap.get(dataId).shape);
    return values.length > size ? values.slice(0, size) : values;
  }
}

async function loadOrtWebGpu(adapter: GPUAdapter): Promise<typeof Ort> {
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  ort.env.webgpu.adapter = adapter;
  return ort;
}

/** ONNX Runtime makes its device with the first session and keeps it while there is one. */
async function createDevice(
  ort: typeof Ort,
): Promise<{ device: GPUDevice; session: Ort.InferenceSession }> {
  const session = await ort.InferenceSession.create(
    encodeOnnx({
      name: "start",
      inputs: [{ name: "x", shape: [1] }],
      outputs: [{ name: "y", shape: [1] }],
      nodes: [{ op: "Relu", inputs: ["x"], output: "y" }],
      constants: [],
    }),
    { executionProviders: ["webgpu"] },
  );
  return { device: await ort.env.webgpu.device as GPUDevice, session };
}

/** Wraps an output: where it lies if it is float32, a copy otherwise. */
async function wrapGpuOutput(
  output: Tensor,
  backend: WebGPUBackend,
): Promise<EngineOutput> {
  if (output.type === "float32") return wrapGpuBuffer(output, backend);
  const values = toFloat32(await output.getData());
  const tensor = tf.tensor(values, [...output.dims]);
  output.dispose();
  return { tensor, dispose: () => tensor.dispose() };
}

/**
 * Wraps a buffer that ONNX Runtime owns. TensorFlow.js records its commands and
 * submits them later, so they are submitted before the buffer is given back.
 */
function wrapGpuBuffer(output: Tensor, backend: WebGPUBackend): EngineOutput {
  const buffer = output.gpuBuffer as unknown as GPUBuffer;
  const tensor = tf.tensor({ buffer, zeroCopy: true }, [...output.dims]);
  return {
    tensor,
    dispose: () => {
      tensor.dispose();
      backend.ensureCommandEncoderReady();
      backend.submitQueue();
      output.dispose();
    },
  };
}
