/**
 * Generalised-mean pooling.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/** The least mean of powers that a root is taken of: of cubes that of features of 1e-12. */
export const GEM_FLOOR = 1e-36;

/** What smaller features count as where an exponent is not 3, or is trained. */
export const GEM_LEAST = 1e-6;

/** Shares of the positions in a mean, `[N, P, 1]`, of sum 1 for each image. */
export type PositionWeights = tf.Tensor3D;

/**
 * Takes the generalised mean, p = 3, of each channel over positions: between the
 * average (p = 1) and the maximum (p = ∞). With m the mean of x³ it is
 * sign(m)·|m|^(1/3), so that features need not be positive.
 *
 * Where m is zero, as in a channel of zeros, the gradient is zero too.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param weights Shares of the positions in the mean; all the same if left out.
 * @returns Means, not normalised, `[N, D]`. The caller disposes them.
 *
 * Source: Radenović et al., Fine-tuning CNN image retrieval with no human
 * annotation, TPAMI 2019, eq. 3; signed as in Jun et al., Combination of multiple
 * global descriptors for image retrieval, 2019 (the authors' program).
 */
export function generalizedMean(
  features: tf.Tensor4D,
  weights?: PositionWeights,
): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const local = tf.reshape(features, [N, -1, D]); // [N, P, D]
    const mean = meanPower(tf.mul(tf.square(local), local), weights); // [N, D]
    const root = tf.pow(tf.maximum(tf.abs(mean), GEM_FLOOR), 1 / 3);
    // The WASM backend's tf.sign takes all that is below 1.2e-7 for 0.
    const sign = tf.sub(tf.step(mean), tf.step(tf.neg(mean)));
    return tf.mul(root, sign) as tf.Tensor2D;
  });
}

/**
 * Takes the generalised mean of each channel over positions for any exponent:
 * `(mean of x^p)^(1/p)`. A power of a negative number need not exist: features
 * below 1e-6 count as 1e-6.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param power p, > 0: one, `[1]`, or one for each channel, `[D]`.
 * @param weights Shares of the positions in the mean; all the same if left out.
 * @returns Means, not normalised, `[N, D]`. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Radenović et al., Fine-tuning CNN image retrieval with no human
 * annotation, TPAMI 2019, eq. 3; clamped as in the authors' program.
 */
export function powerMean(
  features: tf.Tensor4D,
  power: tf.Tensor1D,
  weights?: PositionWeights,
): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  if (power.size !== 1) checkShape("power", power.shape, "D", { D });
  return tf.tidy(() => {
    const rows = tf.reshape(features, [N, -1, D]);
    const local = tf.maximum(rows, GEM_LEAST); // [N, P, D]
    // Of shares of the largest: a power of a feature itself can leave float32.
    const largest = asConstant(tf.max(local, 1, true)); // [N, 1, D]
    const powers = tf.pow(tf.div(local, largest), power); // [N, P, D]
    const mean = tf.maximum(meanPower(powers, weights), GEM_FLOOR); // [N, D]
    const root = tf.pow(mean, tf.reciprocal(power));
    return tf.mul(root, tf.squeeze(largest, [1])) as tf.Tensor2D;
  });
}

/** Means over positions, `[N, P, D]` to `[N, D]`. */
function meanPower(powers: tf.Tensor, weights?: PositionWeights): tf.Tensor {
  return weights ? tf.sum(tf.mul(powers, weights), 1) : tf.mean(powers, 1);
}

/** The same values, without a gradient. */
function asConstant(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x);
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
