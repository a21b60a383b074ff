/**
 * What is read from a file of weights, of whatever kind.
 *
 * @module
 */
import type { Normalization } from "../network.ts";
import type { ModelOptions } from "../options.ts";
import type { Whitening } from "../whitening.ts";
import type { NamedTensors } from "./tensors.ts";

/**
 * Kinds of files of weights: of torchvision, pytorch-NetVlad or CGD (`torch`), safetensors with
 * any of these names, the Keras SqueezeNet, and of Patch-NetVLAD, OpenIBL,
 * deep-visual-geo-localization-benchmark (`dvgl`) and MatConvNet.
 */
export type WeightsFormat =
  | "torch"
  | "safetensors"
  | "keras"
  | "patchNetVlad"
  | "openIbl"
  | "dvgl"
  | "matConvNet";

/** Weights of an encoder, and what their file says of how they are used. */
export interface EncoderWeights {
  /** What kind of file they are from. */
  format: WeightsFormat;
  /** By torchvision's names, `features.N.weight` and so on; kernels are `[out, in, h, w]`. */
  tensors: NamedTensors;
  /** Weights of the aggregation layer, `pool.…` or as CGD names them, as found. */
  head: NamedTensors;
  /** Only if the file dictates it; torchvision's otherwise. */
  normalization?: Normalization;
  /** Whitening of descriptors, if the file has one. */
  whitening?: Whitening;
  /** Options that the file dictates, such as `vladOrder`. */
  options?: Partial<ModelOptions>;
  /** Whether pooling rounds sizes up; only if the file dictates it. */
  poolCeilMode?: boolean;
  /** Text that a safetensors file carries. */
  metadata: Record<string, string>;
  /** Name in the file of each tensor, of the encoder and the head. */
  fileNames: ReadonlyMap<string, string>;
  /** What else the file holds, such as a classifier: it is not read. */
  others: { name: string; shape: number[] }[];
}
