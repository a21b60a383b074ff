/**
 * Weighted generalised mean: which positions count is learned.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import type { PositionWeights } from "./gem.ts";

/** Trainable values of the weights of positions: a 1×1 convolution to one channel. */
export interface PositionScore {
  /** `[1, 1, D, 1]` */
  weight: tf.Tensor4D;
  /** `[1]` */
  bias: tf.Tensor1D;
}

/**
 * Weighs positions: the sigmoid of a 1×1 convolution, divided by its sum over positions.
 * With a convolution of zeros all weigh the same.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param score Its D must be that of `features`.
 * @returns Weights for `generalizedMean` or `powerMean`, `[N, P, 1]`. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Wu, Irie, Hiramatsu and Kashino, Weighted generalized mean pooling for deep
 * image retrieval, ICIP 2018, where the weight of an activation is a probability that is
 * learned on the activations; that it is a sigmoid is a choice made here.
 */
export function weighPositions(
  features: tf.Tensor4D,
  { weight, bias }: PositionScore,
): PositionWeights {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  checkShape("weight", weight.shape, "h w D K", { h: 1, w: 1, D, K: 1 });
  checkShape("bias", bias.shape, "K", { K: 1 });
  return tf.tidy(() => {
    const local = tf.reshape(features, [-1, D]); // [N·P, D]
    const products = tf.matMul(local, tf.reshape(weight, [D, 1])); // [N·P, 1]
    const scores = tf.reshape(tf.add(products, bias), [N, -1]); // [N, P]
    // σ(s) / Σ σ(s) is the softmax of log σ(s), which small ones do not underflow in.
    const logs = tf.neg(tf.softplus(tf.neg(scores)));
    const weights = tf.softmax(logs); // [N, P]
    return tf.expandDims(weights, 2) as PositionWeights;
  });
}
