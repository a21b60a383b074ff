/**
 * TensorFlow.js's WASM backend, which `wasm` and `native` train on.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "./tf.ts";
import type { EngineOutput } from "./engine.ts";
import type { Tensor } from "onnxruntime-web";
import { registerGradientKernels } from "./kernels/register.ts";

/** Makes WASM the backend of TensorFlow.js, with our gradient kernels. */
export async function useWasmBackend(): Promise<void> {
  await tf.setBackend("wasm");
  await tf.ready();
  registerGradientKernels("wasm");
}

/** Wraps an output that lies in this process's memory. */
export function wrapCpuOutput(output: Tensor): EngineOutput {
  const tensor = tf.tensor(output.data as Float32Array, [...output.dims]);
  output.dispose();
  return { tensor, dispose: () => tensor.dispose() };
}
