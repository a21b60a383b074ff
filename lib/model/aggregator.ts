/**
 * What an aggregation layer is: features in, descriptors out, in both readings.
 *
 * @module
 */
import type * as tf from "../engine/tf.ts";
import type { Random } from "../random.ts";
import type { Draft } from "./onnx_draft.ts";
import type { ModelOptions } from "./options.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** What decides on a head. */
export type HeadOptions = Pick<
  ModelOptions,
  | "pooling"
  | "numClusters"
  | "vladV2"
  | "vladInit"
  | "vladOrder"
  | "vladNorm"
  | "centerPrior"
  | "poolNorm"
  | "gemP"
  | "gemPower"
  | "rmacLevels"
  | "rmacWhiten"
  | "cgdLength"
  | "cgdClasses"
>;

/** An aggregation layer: a record of what is known of it. */
export interface Aggregator {
  /** Length of a descriptor, F, for local descriptors of length D. */
  descriptorLength(options: HeadOptions, D: number): number;
  /** Shapes of its parameters by state-dict name, `pool.…`; buffers, which are not trained, among them. */
  shapes(options: HeadOptions, D: number): Map<string, number[]>;
  /** Names of those of its parameters that are not trained, such as running means. */
  buffers?(options: HeadOptions): string[];
  /** Names of those that only training needs: they start anew where a file of weights has others. */
  auxiliary?(options: HeadOptions): string[];
  /** First values of its parameters; random ones where nothing else is as good. */
  start(options: HeadOptions, D: number, random: Random): NamedTensors;
  /**
   * Aggregates features.
   *
   * @param features Encoder output, `[N, H, W, D]`.
   * @param params Its parameters by name.
   * @returns Descriptors, `[N, F]`, of unit length but for `poolNorm: "before"`. The caller disposes them.
   */
  aggregate(
    features: tf.Tensor4D,
    options: HeadOptions,
    params: ReadonlyMap<string, tf.Tensor>,
  ): tf.Tensor2D;
  /**
   * Adds the same to an ONNX graph.
   *
   * @param features Name of the encoder's output, `[N, D, h, w]`.
   * @param tensors State dict with its parameters.
   * @returns The name of the descriptors, `[N, F]`.
   */
  addToGraph(
    draft: Draft,
    features: string,
    options: HeadOptions,
    tensors: NamedTensors,
  ): string;
}
