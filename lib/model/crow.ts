/**
 * CroW: cross-dimensional weighting.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/** The least share of a position that a root is taken of. */
export const CROW_FLOOR = 1e-24;

/**
 * Adds features up over positions, each weighted by how much there is at it, and
 * each channel by how rare it is.
 *
 * The weight of a position is √(S / ‖S‖), S being the sums of its channels (a = b = 2
 * in the paper); that of a channel is log(Σ Q / Q_k), Q_k being the share of
 * positions where it is not zero. Both are meant for what follows a ReLU. Our
 * VGG-16, AlexNet and SqueezeNet end before their last one, so that `max(x, 0)` is taken here.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns Descriptors of unit length, `[N, D]`; zeros where no feature is positive,
 * or those of one channel only. The caller disposes them.
 *
 * Source: Kalantidis, Mellina and Osindero, Cross-dimensional weighting for aggregated
 * deep convolutional features, ECCV Workshops 2016, section 3; a channel that is zero
 * everywhere counts for nothing, as in the authors' program.
 */
export function crowPool(features: tf.Tensor4D): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const local = tf.relu(tf.reshape(features, [N, -1, D])); // [N, P, D]
    const shares = l2Normalize(tf.sum(local, 2)); // [N, P]
    const spatial = tf.sqrt(tf.maximum(shares, CROW_FLOOR));
    const sums = tf.matMul(tf.expandDims(spatial, 1), local); // [N, 1, D]
    const counts = tf.sum(tf.step(local), 1); // [N, D]
    const all = tf.maximum(tf.sum(counts, 1, true), 1); // [N, 1]
    const rarity = tf.log(tf.div(all, tf.maximum(counts, 1))); // [N, D]
    return l2Normalize(tf.mul(tf.reshape(sums, [N, D]), rarity)) as tf.Tensor2D;
  });
}
