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
  /** Which of the engines it is. */
  readonly name: EngineName;
  /** The device and how it is used, such as `2 threads` or an adapter's name. */
  readonly device: string;
  /** Why this engine was picked. */
  readonly reason: string;
  /** Largest tensor that one operation may use, in bytes: batches are sized by it. */
  readonly maxTensorBytes: number;
  /**
   * Loads an ONNX graph.
   *
   * @param onnx The serialized model.
   * @throws {EngineError} If it cannot be loaded.
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

/** What a graph says of one of its inputs or outputs. */
export interface EngineValue {
  /** What the graph calls it. */
  name: string;
  /** Type of its elements, such as `float32` or `uint8`. */
  type: string;
  /** Its sizes, `null` where one is free; none at all if the graph does not say. */
  shape: readonly (number | null)[];
}

/** Values for an input of a graph. */
export interface EngineInput {
  /** Row-major. */
  data: Float32Array | Float16Array | Uint8Array;
  /** Its sizes. */
  shape: readonly number[];
}

/** An output of a graph, on the engine's device. */
export interface EngineOutput {
  /** Valid until `dispose()`, which also disposes it. */
  readonly tensor: tf.Tensor;
  /** Frees the tensor. */
  dispose(): void;
}

/** A loaded ONNX graph. */
export interface EngineSession {
  /** What the graph takes. */
  readonly inputs: readonly EngineValue[];
  /** What it gives. */
  readonly outputs: readonly EngineValue[];
  /**
   * Runs the graph.
   *
   * @param inputs Values by input name.
   * @param output Name of the output that is wanted; the first if left out.
   * @returns The output as float32, where TensorFlow.js can use it without a copy. The caller disposes it.
   * @throws {EngineError} If it cannot be run.
   */
  run(
    inputs: Record<string, EngineInput>,
    output?: string,
  ): Promise<EngineOutput>;
  /** Frees the graph and its weights. */
  dispose(): Promise<void>;
}
