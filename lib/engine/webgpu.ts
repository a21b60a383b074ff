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
import { createOrtEngine, type OrtModule } from "./ort_engine.ts";
import { encodeOnnx } from "./onnx_graph.ts";
import { registerGradientKernels } from "./kernels/register.ts";

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
  registerGradientKernels("webgpu");
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
    },
    wrapOutput: (output) => wrapGpuOutput(output, backend),
    release: () => session.release(),
  });
}

/** TensorFlow.js reads whole buffers; those of ONNX Runtime can be longer than their tensors. */
class SharingBackend extends WebGPUBackend {
  override async read(dataId: object): ReturnType<WebGPUBackend["read"]> {
    const values = await super.read(dataId);
    const size = tf.util.sizeFromShape(this.tensorMap.get(dataId).shape);
    return values.length > size ? values.slice(0, size) : values;
  }
}

/** The WebGPU build has to be imported by URL: under Deno the package's own entry is the WASM build. */
async function loadOrtWebGpu(adapter: GPUAdapter): Promise<typeof Ort> {
  const entry = import.meta.resolve("onnxruntime-web/webgpu");
  const dist = new URL("./", entry).href;
  const ort = await import(new URL("ort.webgpu.min.mjs", dist).href);
  ort.env.wasm.wasmPaths = dist;
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
      output: { name: "y", shape: [1] },
      nodes: [{ op: "Relu", inputs: ["x"], output: "y" }],
      constants: [],
    }),
    { executionProviders: ["webgpu"] },
  );
  return { device: await ort.env.webgpu.device as GPUDevice, session };
}

/**
 * Wraps a buffer that ONNX Runtime owns. TensorFlow.js records its commands and
 * submits them later, so they are submitted before the buffer is given back.
 */
function wrapGpuOutput(output: Tensor, backend: WebGPUBackend): EngineOutput {
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
