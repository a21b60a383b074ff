/**
 * The engine `wasm`: always there. ONNX Runtime's SIMD and threads build, and
 * TensorFlow.js's WASM backend for the trained part.
 *
 * @module
 */
import * as ort from "onnxruntime-web";
import type { Engine } from "./engine.ts";
import { createOrtEngine, type OrtModule } from "./ort_engine.ts";
import { useWasmBackend, wrapCpuOutput } from "./wasm_backend.ts";

/** Keeps a batch and its neighbours well inside the 4 GiB that WASM can address. */
const MAX_TENSOR_BYTES = 256 * 2 ** 20;

/**
 * Starts the engine.
 *
 * @param reason Why it was picked.
 * @param numThreads Threads of ONNX Runtime.
 */
export async function startWasm(
  reason: string,
  numThreads: number,
): Promise<Engine> {
  ort.env.wasm.numThreads = numThreads;
  ort.env.logLevel = "error";
  await useWasmBackend();
  return createOrtEngine({
    identity: {
      name: "wasm",
      device: `${numThreads} threads`,
      reason,
      maxTensorBytes: MAX_TENSOR_BYTES,
    },
    ort: ort as OrtModule,
    sessionOptions: {
      executionProviders: ["wasm"],
      enableMemPattern: false,
      logSeverityLevel: 3,
    },
    wrapOutput: wrapCpuOutput,
    release: () => {},
  });
}
