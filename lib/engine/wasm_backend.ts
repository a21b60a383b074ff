/**
 * TensorFlow.js's WASM backend, which `wasm` and `native` train on.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "./tf.ts";
import type { EngineOutput } from "./engine.ts";
import type { Tensor } from "onnxruntime-web";
import { registerKernels } from "./kernels/register.ts";
import { toFloat32 } from "./ort_engine.ts";

/** Makes WASM the backend of TensorFlow.js, with our kernels. */
export async function useWasmBackend(): Promise<void> {
  await tf.setBackend("wasm");
  await tf.ready();
  registerKernels("wasm");
}

/** Wraps an output that lies in this process's memory. */
export function wrapCpuOutput(output: Tensor): EngineOutput {
  const tensor = tf.tensor(toFloat32(output.data), [...output.dims]);
  output.dispose();
  return { tensor, dispose: () => tensor.dispose() };
}
