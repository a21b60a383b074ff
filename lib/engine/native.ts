/**
 * The engine `native`: ONNX Runtime's own CPU build, three to four times as fast
 * as `wasm`. It loads machine code, which Deno's sandbox cannot hold: opt-in.
 *
 * @module
 */
import { createRequire } from "node:module";
import type { Engine } from "./engine.ts";
import { createOrtEngine, type OrtModule } from "./ort_engine.ts";
import { useWasmBackend, wrapCpuOutput } from "./wasm_backend.ts";
import { describeCause, EngineError } from "../errors.ts";

const MAX_TENSOR_BYTES = 512 * 2 ** 20;

/**
 * Starts the engine.
 *
 * @param reason Why it was picked.
 * @param numThreads Threads of ONNX Runtime.
 * @throws {EngineError} If its package is not installed or may not be loaded.
 */
export async function startNative(
  reason: string,
  numThreads: number,
): Promise<Engine> {
  const ort = loadOrtNode();
  await useWasmBackend();
  return createOrtEngine({
    identity: {
      name: "native",
      device: `${numThreads} threads`,
      reason,
      maxTensorBytes: MAX_TENSOR_BYTES,
    },
    ort,
    sessionOptions: {
      executionProviders: ["cpu"],
      intraOpNumThreads: numThreads,
      enableMemPattern: false,
      logSeverityLevel: 3,
    },
    wrapOutput: wrapCpuOutput,
    release: () => {},
  });
}

/** The package has a folder and a lock file of its own, so that only who asks for it downloads it. */
function loadOrtNode(): OrtModule {
  const folder = new URL("./native/", import.meta.url);
  try {
    return passFloat16(
      createRequire(new URL("load.cjs", folder))("onnxruntime-node"),
    );
  } catch (cause) {
    throw new EngineError("Cannot start the engine native", {
      where: `onnxruntime-node (${describeCause(cause)})`,
      fix:
        "install it with `deno task native` (200 MB) and allow it with --allow-ffi, or use the engine wasm",
      cause,
    });
  }
}

/** Deno shows native code an empty Float16Array, so its bits are passed as integers. */
function passFloat16({ Tensor, InferenceSession }: OrtModule): OrtModule {
  class NativeTensor extends Tensor {
    constructor(...args: ConstructorParameters<OrtModule["Tensor"]>) {
      super(...args);
      if (!(this.data instanceof Float16Array)) return;
      const { buffer, byteOffset, length } = this.data;
      const cpuData = new Uint16Array(buffer, byteOffset, length);
      Object.assign(this, { cpuData });
    }
  }
  return { InferenceSession, Tensor: NativeTensor };
}
