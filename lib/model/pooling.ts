/**
 * Aggregators without parameters: average and maximum.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/**
 * Averages the features over positions (SPoC without its prior).
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns Descriptors of unit length, `[N, D]`. The caller disposes them.
 *
 * Source: Babenko and Lempitsky, Aggregating deep convolutional features, ICCV 2015.
 */
export function averagePool(features: tf.Tensor4D): tf.Tensor2D {
  checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => l2Normalize(tf.mean(features, [1, 2]) as tf.Tensor2D));
}

/**
 * Takes the largest value of each channel over positions (MAC).
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns Descriptors of unit length, `[N, D]`. The caller disposes them.
 *
 * Source: Tolias et al., Particular object retrieval with integral max-pooling, ICLR 2016.
 */
export function maxPool(features: tf.Tensor4D): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const local = tf.reshape(features, [N, -1, D]); // [N, P, D]
    return l2Normalize(tf.max(local, 1) as tf.Tensor2D);
  });
}
