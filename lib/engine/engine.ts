/**
 * What a compute engine is: a TensorFlow.js backend for what is trained and an
 * ONNX Runtime for what is frozen, on one device.
 *
 * @module
 */
import type * as tf from "./tf.ts";

/** Names of the engines. */
export const ENGINE_NAMES = ["webgpu", "wasm", "native"] as const;

/** An engine that can be asked for by name. */
export type EngineName = typeof ENGINE_NAMES[number];

/** A started compute engine. TensorFlow.js is set to its backend while it lives. */
export interface Engine {
  readonly name: EngineName;
  /** The device and how it is used, such as `2 threads` or an adapter's name. */
  readonly device: string;
  /** Why this engine was picked. */
  readonly reason: string;
  /** Largest tensor that one operation may use, in bytes: batches are sized by it. */
  readonly maxTensorBytes: number;
  /**
   * Loads an ONNX graph of one output.
   *
   * @param onnx The serialized model.
   */
  createSession(onnx: Uint8Array): Promise<EngineSession>;
  /**
   * All dot products of two sets of rows, by ONNX Runtime.
   *
   * @param a Rows, `[A, F]` row-major.
   * @param b Rows, `[B, F]` row-major.
   * @param rowLength F.
   * @returns `[A, B]` row-major; the caller owns it.
   */
  products(
    a: Float32Array,
    b: Float32Array,
    rowLength: number,
  ): Promise<Float32Array>;
  /** Frees the sessions and the device. */
  dispose(): Promise<void>;
}

/** Values for an input of a graph. */
export interface EngineInput {
  /** Row-major. */
  data: Float32Array;
  shape: readonly number[];
}

/** An output of a graph, on the engine's device. */
export interface EngineOutput {
  /** Valid until `dispose()`, which also disposes it. */
  readonly tensor: tf.Tensor;
  dispose(): void;
}

/** A loaded ONNX graph. */
export interface EngineSession {
  /**
   * Runs the graph.
   *
   * @param inputs Values by input name.
   * @returns The output, where TensorFlow.js can use it without a copy. The caller disposes it.
   */
  run(inputs: Record<string, EngineInput>): Promise<EngineOutput>;
  /** Frees the graph and its weights. */
  dispose(): Promise<void>;
}
