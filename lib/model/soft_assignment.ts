/**
 * Which clusters the parts of an image belong to.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { OptionsError } from "../errors.ts";
import { netVladParams } from "./aggregators/netvlad.ts";
import { intermediateSizes } from "./layers.ts";
import type { Images, Model } from "./model.ts";
import { sumResiduals } from "./netvlad.ts";

/** Soft assignments of the local descriptors of an image, P = rows·columns. */
export interface SoftAssignment {
  /** Of local descriptors, from the top. */
  rows: number;
  /** Of local descriptors, from the left. */
  columns: number;
  /** Clusters. */
  K: number;
  /** Shares a_k(x) of the clusters in each local descriptor, row by row, `[P, K]`; each of sum 1. */
  shares: Float32Array;
}

/** The cluster with the largest share, for each position. */
export interface StrongestClusters {
  /** `[P]` */
  clusters: Int32Array;
  /** Its share, in [0, 1], `[P]`. */
  weights: Float32Array;
}

/**
 * Assigns the local descriptors of images to clusters, as NetVLAD does.
 *
 * @param model One with NetVLAD.
 * @param images N images of one size.
 * @returns One for each image, N.
 * @throws {OptionsError} If the model has another pooling.
 * @throws {ShapeError} If the images are too small for the network.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 3.
 */
export async function assignSoftly(
  model: Model,
  images: Images,
): Promise<SoftAssignment[]> {
  const { pooling, numClusters: K } = model.options;
  if (pooling !== "netvlad") {
    throw new OptionsError(
      `Cannot assign to clusters with pooling ${pooling}`,
      {
        where: "argument model",
        fix: "pass a model with pooling netvlad",
      },
    );
  }
  const { height: rows, width: columns } = intermediateSizes(
    model.network.layers,
    { ...images, channels: 3 },
  ).at(-1)!;
  const D = model.localLength;
  const local = await model.describeLocally(images, "raw"); // [N, P, D]
  const imageLength = rows * columns * D;
  const assignments: SoftAssignment[] = [];
  for (let at = 0; at < local.length; at += imageLength) {
    const assign = tf.tidy(() => {
      const features = tf.tensor4d(
        local.subarray(at, at + imageLength),
        [1, rows, columns, D],
      );
      const params = netVladParams(model.variables);
      return sumResiduals(features, params, model.options).assign; // [1, P, K]
    });
    const shares = await assign.data() as Float32Array;
    assign.dispose();
    assignments.push({ rows, columns, K, shares });
  }
  return assignments;
}

/**
 * The soft assignment with another sharpness: α times `factor`.
 *
 * Scores are proportional to α, so that each share becomes its power; shares that were
 * rounded to 0 stay 0.
 *
 * @param assignment Stays as it is.
 * @param factor Above 1 sharpens, below 1 blurs.
 * @throws {OptionsError} If the factor is not a number > 0.
 */
export function sharpenAssignment(
  assignment: SoftAssignment,
  factor: number,
): SoftAssignment {
  const { shares, K } = assignment;
  if (!(factor > 0 && factor < Infinity)) {
    throw new OptionsError(`Cannot sharpen by ${factor}`, {
      where: "argument factor",
      fix: "pass a number > 0",
    });
  }
  const sharpened = new Float32Array(shares.length);
  for (let at = 0; at < shares.length; at += K) {
    const powers = shares.subarray(at, at + K);
    const largest = powers.reduce((a, b) => Math.max(a, b));
    const row = Array.from(powers, (share) => (share / largest) ** factor);
    const sum = row.reduce((a, b) => a + b);
    sharpened.set(row.map((power) => power / sum), at);
  }
  return { ...assignment, shares: sharpened };
}

/** The cluster with the largest share at each position; of equal ones the first. */
export function strongestClusters(
  { shares, K }: SoftAssignment,
): StrongestClusters {
  const P = shares.length / K;
  const clusters = new Int32Array(P);
  const weights = new Float32Array(P);
  for (let p = 0; p < P; p++) {
    const row = shares.subarray(p * K, (p + 1) * K);
    const weight = row.reduce((a, b) => Math.max(a, b));
    clusters[p] = row.indexOf(weight);
    weights[p] = weight;
  }
  return { clusters, weights };
}

/**
 * How undecided each position is: the entropy of its shares.
 *
 * @returns Bits, from 0 (one cluster) to log2 K (all the same), `[P]`.
 *
 * Source: Shannon, A mathematical theory of communication, 1948.
 */
export function assignmentEntropy(
  { shares, K }: SoftAssignment,
): Float32Array {
  return Float32Array.from({ length: shares.length / K }, (_, p) => {
    let bits = 0;
    for (const share of shares.subarray(p * K, (p + 1) * K)) {
      if (share > 0) bits -= share * Math.log2(share);
    }
    return Math.max(bits, 0);
  });
}

/**
 * How many positions of some images belong most to each cluster.
 *
 * @param assignments Of one model.
 * @returns `[K]`; empty without images.
 */
export function countMembers(
  assignments: readonly SoftAssignment[],
): Int32Array {
  const sizes = new Int32Array(assignments[0]?.K ?? 0);
  for (const assignment of assignments) {
    for (const cluster of strongestClusters(assignment).clusters) {
      sizes[cluster]!++;
    }
  }
  return sizes;
}
