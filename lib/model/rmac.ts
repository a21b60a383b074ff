/**
 * R-MAC: regional maximum activations of convolutions.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/** Numbers of gaps along the longer side that the first scale chooses from, where it is not the whole side. */
export const LONG_SIDE_GAPS = [1, 2, 3, 4, 5, 6] as const;

/** Square regions of one scale: one at each of `tops` and `lefts`. */
export interface RegionScale {
  /** Rows and columns of each. */
  size: number;
  /** First rows, from above. */
  tops: number[];
  /** First columns, from the left. */
  lefts: number[];
}

/** Whitening of regions: `weight·x + bias`. */
export interface RegionWhitening {
  /** `[D, D]` */
  weight: tf.Tensor2D;
  /** `[D]` */
  bias: tf.Tensor1D;
}

/**
 * Lays the regions of R-MAC over a grid of features.
 *
 * Scale l has regions of `2·min(H, W) / (l + 1)` rows and columns, l of them along the
 * shorter side and some more along the longer one: as many as make neighbours of the
 * first scale overlap by about 40 %. The whole image is a region only if it is square.
 *
 * @param H Rows of features.
 * @param W Columns of features.
 * @param levels Scales.
 * @returns Those scales whose regions have a size; of small grids there are fewer than `levels`.
 *
 * Source: Tolias, Sicre and Jégou, Particular object retrieval with integral max-pooling
 * of CNN activations, ICLR 2016, section 3.2; sizes as in the authors' program, but in exact
 * arithmetic: its double precision puts one region elsewhere for 0.8 % of the sizes up to
 * 64×64. (The program of Radenović et al. adds the whole image as one more region.)
 */
export function layRegions(
  H: number,
  W: number,
  levels: number,
): RegionScale[] {
  const side = Math.min(H, W);
  const more = countMore(Math.max(H, W), side);
  const scales: RegionScale[] = [];
  for (let level = 1; level <= levels; level++) {
    const size = Math.floor(2 * side / (level + 1));
    if (size === 0) break;
    scales.push({
      size,
      tops: spread(H, size, level + (H > W ? more : 0)),
      lefts: spread(W, size, level + (W > H ? more : 0)),
    });
  }
  return scales;
}

/** How many more regions there are along the longer side than along the shorter one; of two numbers that are as good the smaller. */
function countMore(long: number, side: number): number {
  // |1 − (long − side) / (gaps · side) − 0.4|, times 5 · side, which is the same for all.
  const errors = LONG_SIDE_GAPS.map((gaps) =>
    Math.abs(3 * gaps * side - 5 * (long - side)) / gaps
  );
  return 1 + errors.indexOf(Math.min(...errors));
}

/** First rows of `count` regions from one end of a side to the other. */
function spread(side: number, size: number, count: number): number[] {
  const gaps = Math.max(count - 1, 1);
  return Array.from(
    { length: count },
    (_, index) => Math.floor(index * (side - size) / gaps),
  );
}

/**
 * Takes the largest value of each channel of `max(x, 0)` in each region, and normalises
 * the vectors of the regions.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param levels Scales of the region grid.
 * @returns Vectors of unit length, or zeros, scale by scale and row by row, `[N, R, D]`.
 * The caller disposes them.
 */
export function regionVectors(
  features: tf.Tensor4D,
  levels: number,
): tf.Tensor3D {
  const { N, H, W, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const active = tf.relu(features);
    const scales = layRegions(H, W, levels).map(({ size, tops, lefts }) => {
      const strips = lefts.map((left) =>
        largestOf(tf.slice(active, [0, 0, left, 0], [N, H, size, D]), 1, size)
      ); // [N, H, 1, D]
      const columns = tf.concat(strips, 2); // [N, H, lefts, D]
      const n = lefts.length;
      const rows = tops.map((top) =>
        largestOf(tf.slice(columns, [0, top, 0, 0], [N, size, n, D]), size, 1)
      ); // [N, 1, lefts, D]
      return tf.reshape(tf.concat(rows, 1), [N, tops.length * n, D]);
    });
    return l2Normalize(tf.concat(scales, 1)) as tf.Tensor3D; // [N, R, D]
  });
}

/** Largest values in windows; one of several that are largest gets the gradient, see `largestFeatures`. */
function largestOf(x: tf.Tensor4D, rows: number, columns: number): tf.Tensor4D {
  return tf.maxPool(x, [rows, columns], 1, "valid");
}

/**
 * Pools by R-MAC: the vectors of all regions, whitened if asked, are added up.
 *
 * Like the authors' program it takes `max(x, 0)` first: our VGG-16, AlexNet and SqueezeNet end
 * before their last ReLU.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param levels Scales of the region grid.
 * @param whitening Applied to the vectors of regions, which are normalised again; none if left out.
 * @returns Descriptors of unit length, `[N, D]`; zeros where no feature is positive and
 * nothing is whitened. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Tolias, Sicre and Jégou, Particular object retrieval with integral max-pooling
 * of CNN activations, ICLR 2016, section 3.2.
 */
export function rmacPool(
  features: tf.Tensor4D,
  levels: number,
  whitening?: RegionWhitening,
): tf.Tensor2D {
  const { N, D } = checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const regions = regionVectors(features, levels); // [N, R, D]
    const added = whitening ? whitenRegions(regions, whitening) : regions;
    return l2Normalize(tf.reshape(tf.sum(added, 1), [N, D])) as tf.Tensor2D;
  });
}

/** Whitens and normalises vectors of regions, `[N, R, D]`. */
function whitenRegions(
  regions: tf.Tensor3D,
  { weight, bias }: RegionWhitening,
): tf.Tensor3D {
  const D = regions.shape[2];
  checkShape("weight", weight.shape, "D D", { D });
  checkShape("bias", bias.shape, "D", { D });
  const rows = tf.reshape(regions, [-1, D]); // [N·R, D]
  const turned = tf.add(tf.matMul(rows, weight, false, true), bias);
  return tf.reshape(l2Normalize(turned), regions.shape);
}
