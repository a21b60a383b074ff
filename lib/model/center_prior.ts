/**
 * The average with a centre prior, as SPoC has it.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import type { HeadOptions } from "./aggregator.ts";
import { poolUnit } from "./pooling.ts";

/** Distances from the centre to the closest border for one standard deviation. */
export const BORDER_PER_SIGMA = 1 / 3;

/**
 * Adds features up over positions, each weighted by how near it is to the centre:
 * a Gaussian whose standard deviation is a third of the distance from the centre
 * to the closest border.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param norm What is made of unit length: the result, or the local descriptors.
 * @returns Descriptors, `[N, D]`. The caller disposes them.
 *
 * Source: Babenko and Lempitsky, Aggregating deep convolutional features, ICCV 2015,
 * section 3; a position lies in the middle of its cell, so that mirrored images weigh the same.
 */
export function centerPool(
  features: tf.Tensor4D,
  norm: HeadOptions["poolNorm"] = "after",
): tf.Tensor2D {
  const { N, H, W, D } = checkShape("features", features.shape, "N H W D");
  return poolUnit(features, norm, (features) => {
    const weights = tf.tensor3d(centerWeights(H, W), [1, 1, H * W]);
    const local = tf.reshape(features, [N, H * W, D]); // [N, P, D]
    const shares = tf.tile(weights, [N, 1, 1]); // [N, 1, P]
    const sums = tf.matMul(shares, local); // [N, 1, D]
    return tf.reshape(sums, [N, D]);
  });
}

/** Weights of positions, row by row, `[H·W]`: 1 in the centre, less elsewhere. */
export function centerWeights(H: number, W: number): Float32Array {
  const sigma = Math.min(H, W) / 2 * BORDER_PER_SIGMA;
  return Float32Array.from({ length: H * W }, (_, position) => {
    const down = Math.floor(position / W) - (H - 1) / 2;
    const right = position % W - (W - 1) / 2;
    return Math.exp(-(down ** 2 + right ** 2) / (2 * sigma ** 2));
  });
}
