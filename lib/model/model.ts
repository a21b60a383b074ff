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
import type { Whitening } from "./whitening.ts";

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
  /** What its descriptors are whitened by, if they are: see `setWhitening`. */
  readonly whitening: Whitening | undefined;
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
  /**
   * Whitens its descriptors from now on; `undefined` ends that. `descriptorLength` becomes P.
   *
   * @throws {ShapeError} If the whitening is not for descriptors of its length.
   */
  setWhitening(whitening: Whitening | undefined): void;
  /** How many images of a size can go through all of it at once. */
  imagesPerRun(size: ImageSize): number;
  /** How many images with features of a shape `[N, h, w, C]` can go through the rest at once. */
  imagesPerTrainedRun(features: { shape: readonly number[] }): number;
  /** Frees everything, the engine too if it started it. */
  dispose(): Promise<void>;
}

/** A model of ours: its descriptors are of unit length, but for `poolNorm: "before"`; its rest is differentiable in `variables`. */
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
  /** Whether R-MAC is to whiten its regions and does not yet: see `setRegionWhitening`. */
  readonly needsRegionWhitening: boolean;
  /** What is trained, by state-dict name: filters `[kh, kw, in, out]`, the rest as is. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** What is kept with the variables and not trained, such as running means, by state-dict name. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /**
   * Runs the trained layers alone.
   *
   * @param features Features at the cut, `[N, h, w, C]`.
   * @returns Encoder output, `[N, H, W, D]`. The caller disposes it.
   */
  encodeTrained(features: tf.Tensor4D): tf.Tensor4D;
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
  /**
   * Initialises the whitening of R-MAC's regions.
   *
   * @param whitening From vectors of length D to such, `[D, D]` and `[D]`: see `describeRegions`.
   * @throws {ShapeError} If it is for vectors of another length.
   */
  setRegionWhitening(whitening: Whitening): void;
  /** All parameters by the names that pytorch-NetVlad gives them, and its whitening as Patch-NetVLAD has it. */
  exportTensors(): Promise<NamedTensors>;
  /**
   * Replaces trained parameters by tensors of the same names and shapes.
   *
   * @throws {CheckpointError} If one is missing or misshapen; it names every one.
   */
  importTensors(source: string, tensors: NamedTensors): void;
}
