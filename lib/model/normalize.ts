/**
 * L2 normalisation with gradients that stay finite.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";

/** Norms below this count as zero, as in PyTorch's `normalize`. */
const NORM_FLOOR = 1e-12;

/**
 * Divides the vectors along the last axis by their L2 norm.
 *
 * A vector of norm zero stays zero and has a gradient of zero: there is no
 * direction in which it should grow.
 *
 * @param x `[…, D]`.
 * @returns `[…, D]`. The caller disposes it.
 */
export function l2Normalize<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(x), -1, true); // […, 1]
    const floor = NORM_FLOOR * NORM_FLOOR;
    const isLong = tf.step(tf.sub(squares, floor)); // 0 or 1; unlike greater(), it has a gradient
    const inverse = tf.mul(tf.rsqrt(tf.maximum(squares, floor)), isLong);
    return tf.mul(x, inverse);
  });
}
