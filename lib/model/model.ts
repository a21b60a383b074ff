/**
 * What a model is: images in, descriptors out.
 *
 * @module
 */
import type { Engine, EngineOutput } from "../engine/engine.ts";
import type * as tf from "../engine/tf.ts";
import type { ImageSize } from "../image_size.ts";
import type { FeatureSize, NetworkParts } from "./layers.ts";
import type { Network } from "./network.ts";
import type { LOCAL_FORMS, ModelOptions } from "./options.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** Images of one size, as they are decoded. */
export interface Images {
  /** RGB, 0-255, `[N, H, W, 3]`. */
  pixels: Uint8Array;
  /** Rows of each, H. */
  height: number;
  /** Columns of each, W. */
  width: number;
}

/**
 * What describes images on an engine: a model, or an ONNX file. Images go through
 * its frozen part, and the features of that through the rest.
 */
export interface Describer {
  /** What files of its results are called after, such as `vgg16_netvlad`. */
  readonly name: string;
  /** What it computes with. */
  readonly engine: Engine;
  /** Length of a descriptor, F. */
  readonly descriptorLength: number;
  /** The one size of images that it takes; any if left out. */
  readonly imageSize?: ImageSize;
  /**
   * Describes images, as many at a time as the engine can hold.
   *
   * @returns Descriptors, `[N, F]` row-major.
   */
  describe(images: Images): Promise<Float32Array>;
  /**
   * Runs the frozen part.
   *
   * @param images At most `imagesPerRun` of them.
   * @returns Features at the cut, `[N, h, w, C]`. The caller disposes them.
   */
  runFrozen(images: Images): Promise<EngineOutput>;
  /**
   * Runs the rest.
   *
   * @param features Features at the cut, `[N, h, w, C]`.
   * @returns Descriptors, `[N, F]`. The caller disposes them.
   */
  runTrained(features: tf.Tensor4D): tf.Tensor2D;
  /** How many images of a size can go through all of it at once. */
  imagesPerRun(size: ImageSize): number;
  /** How many images with features of a shape `[N, h, w, C]` can go through the rest at once. */
  imagesPerTrainedRun(features: { shape: readonly number[] }): number;
  /** Frees everything, the engine too if it started it. */
  dispose(): Promise<void>;
}

/** A model of ours: its descriptors are of unit length, its rest is differentiable in `variables`. */
export interface Model extends Describer {
  /** What it was created with, defaults filled in. */
  readonly options: Readonly<ModelOptions>;
  /** Its encoder, layer by layer. */
  readonly network: Network;
  /** What is frozen and what is trained. */
  readonly parts: NetworkParts;
  /** Length of a local descriptor, D. */
  readonly localLength: number;
  /** Whether NetVLAD still has random centroids: see `setCentroids`. */
  readonly needsCentroids: boolean;
  /** What is trained, by state-dict name: filters `[kh, kw, in, out]`, the rest as is. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /**
   * Encodes images.
   *
   * @param form Whether they are L2-normalised, as NetVLAD sees them.
   * @returns Local descriptors, `[N, P, D]` row-major.
   */
  describeLocally(
    images: Images,
    form: typeof LOCAL_FORMS[number],
  ): Promise<Float32Array>;
  /** Rows, columns and channels of the features at the cut for images of a size. */
  frozenSize(size: { height: number; width: number }): FeatureSize;
  /**
   * Initialises NetVLAD.
   *
   * @param centroids `[K, D]`
   * @param descriptors Local descriptors to choose α by, `[n, D]`.
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
}
