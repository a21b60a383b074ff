/**
 * Generalised-mean pooling.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/** The least mean of cubes that a root is taken of: that of features of 1e-12. */
export const GEM_FLOOR = 1e-36;

/**
 * Takes the generalised mean, p = 3, of each channel over positions: between the
 * average (p = 1) and the maximum (p = ∞). With m the mean of x³ it is
 * sign(m)·|m|^(1/3), so that features need not be positive.
 *
 * Where m is zero, as in a channel of zeros, the gradient is zero too.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns Means, not normalised, `[N, D]`. The caller disposes them.
 *
 * Source: Radenović et al., Fine-tuning CNN image retrieval with no human
 * annotation, TPAMI 2019, eq. 3; signed as in Jun et al., Combination of multiple
 * global descriptors for image retrieval, 2019 (the authors' program).
 */
export function generalizedMean(features: tf.Tensor4D): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const local = tf.reshape(features, [N, -1, D]); // [N, P, D]
    const mean = tf.mean(tf.mul(tf.square(local), local), 1); // [N, D]
    const root = tf.pow(tf.maximum(tf.abs(mean), GEM_FLOOR), 1 / 3);
    // The WASM backend's tf.sign takes all that is below 1.2e-7 for 0.
    const sign = tf.sub(tf.step(mean), tf.step(tf.neg(mean)));
    return tf.mul(root, sign) as tf.Tensor2D;
  });
}

/**
 * Pools by `generalizedMean`.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns Descriptors of unit length, `[N, D]`. The caller disposes them.
 */
export function gemPool(features: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => l2Normalize(generalizedMean(features)));
}
