/**
 * What a model is: images in, descriptors out.
 *
 * @module
 */
import type { Engine, EngineOutput } from "../engine/engine.ts";
import type * as tf from "../engine/tf.ts";
import type { FeatureSize, NetworkParts } from "./layers.ts";
import type { Network } from "./network.ts";
import type { ModelOptions } from "./options.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** Images of one size, as they are decoded. */
export interface Images {
  /** RGB, 0-255, `[N, H, W, 3]`. */
  pixels: Uint8Array;
  height: number;
  width: number;
}

/** A model on an engine. */
export interface Model {
  readonly engine: Engine;
  readonly options: Readonly<ModelOptions>;
  readonly network: Network;
  /** What is frozen and what is trained. */
  readonly parts: NetworkParts;
  /** Length of a local descriptor, D. */
  readonly localLength: number;
  /** Length of a descriptor, F. */
  readonly descriptorLength: number;
  /** Whether NetVLAD still has random centroids: see `setCentroids`. */
  readonly needsCentroids: boolean;
  /** What is trained, by state-dict name: filters `[kh, kw, in, out]`, the rest as is. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /**
   * Describes images, as many at a time as the engine can hold.
   *
   * @returns Descriptors of unit length, `[N, F]` row-major.
   */
  describe(images: Images): Promise<Float32Array>;
  /**
   * Encodes images.
   *
   * @returns L2-normalised local descriptors, `[N, P, D]` row-major.
   */
  describeLocally(images: Images): Promise<Float32Array>;
  /**
   * Runs the frozen part of the encoder.
   *
   * @param images At most `imagesPerRun` of them.
   * @returns Features at the cut, `[N, h, w, C]`. The caller disposes them.
   */
  runFrozen(images: Images): Promise<EngineOutput>;
  /**
   * Runs the trained part and the head; differentiable in `variables`.
   *
   * @param features Features at the cut, `[N, h, w, C]`.
   * @returns Descriptors, `[N, F]`. The caller disposes them.
   */
  runTrained(features: tf.Tensor4D): tf.Tensor2D;
  /** How many images of a size can go through the whole encoder at once. */
  imagesPerRun(size: { height: number; width: number }): number;
  /** How many images with features of a shape `[N, h, w, C]` can go through the trained part at once. */
  imagesPerTrainedRun(features: { shape: readonly number[] }): number;
  /** Rows, columns and channels of the features at the cut for images of a size. */
  frozenSize(size: { height: number; width: number }): FeatureSize;
  /**
   * Initialises NetVLAD.
   *
   * @param centroids `[K, D]`
   * @param descriptors L2-normalised local descriptors to choose α by, `[n, D]`.
   */
  setCentroids(centroids: Float32Array, descriptors: Float32Array): void;
  /** All parameters by the names that pytorch-NetVlad gives them. */
  exportTensors(): Promise<NamedTensors>;
  /**
   * Replaces trained parameters by tensors of the same names and shapes.
   *
   * @throws {CheckpointError} If one is missing or misshapen; it names every one.
   */
  importTensors(source: string, tensors: NamedTensors): void;
  /** Frees everything, the engine too if the model started it. */
  dispose(): Promise<void>;
}
