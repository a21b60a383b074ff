/**
 * Aggregators without parameters: average and maximum.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";
import type { HeadOptions } from "./aggregator.ts";

/** What is made of unit length: the result of a pooling, or what it pools. */
type PoolNorm = HeadOptions["poolNorm"];

/**
 * Pools over positions, with one of both made of unit length.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param norm `after` for the result, `before` for the local descriptors.
 * @param pool Pools `[N, H, W, D]` to `[N, D]`.
 * @returns `[N, D]`. The caller disposes it.
 */
export function poolUnit(
  features: tf.Tensor4D,
  norm: PoolNorm,
  pool: (features: tf.Tensor4D) => tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() =>
    norm === "before"
      ? pool(l2Normalize(features))
      : l2Normalize(pool(features))
  );
}

/**
 * Averages the features over positions (SPoC without its prior).
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param norm What is made of unit length.
 * @returns Descriptors, `[N, D]`. The caller disposes them.
 *
 * Source: Babenko and Lempitsky, Aggregating deep convolutional features, ICCV 2015.
 */
export function averagePool(
  features: tf.Tensor4D,
  norm: PoolNorm = "after",
): tf.Tensor2D {
  return poolUnit(features, norm, meanFeatures);
}

/**
 * Takes the largest value of each channel over positions (MAC).
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param norm What is made of unit length.
 * @returns Descriptors, `[N, D]`. The caller disposes them.
 *
 * Source: Tolias et al., Particular object retrieval with integral max-pooling, ICLR 2016.
 */
export function maxPool(
  features: tf.Tensor4D,
  norm: PoolNorm = "after",
): tf.Tensor2D {
  return poolUnit(features, norm, largestFeatures);
}

/**
 * Means over positions, not normalised.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns `[N, D]`. The caller disposes them.
 */
export function meanFeatures(features: tf.Tensor4D): tf.Tensor2D {
  checkShape("features", features.shape, "N H W D");
  return tf.mean(features, [1, 2]);
}

/**
 * Largest values over positions, not normalised. Of several that are largest one
 * gets the gradient: the first on `wasm` and `native`, the last on `webgpu`.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns `[N, D]`. The caller disposes them.
 */
export function largestFeatures(features: tf.Tensor4D): tf.Tensor2D {
  const { N, H, W, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    // tf.max would hand the whole gradient to each of them.
    const largest = tf.maxPool(features, [H, W], 1, "valid"); // [N, 1, 1, D]
    return tf.reshape(largest, [N, D]);
  });
}
