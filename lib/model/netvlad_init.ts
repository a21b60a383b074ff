/**
 * From clustered centroids to the first values of a NetVLAD layer.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";

/** First values of a NetVLAD layer, as plain rows. */
export interface NetVladValues {
  /** `[D, K]` */
  assignWeights: Float32Array;
  /** `[K]`; absent for v1. */
  assignBiases?: Float32Array;
  /** `[K, D]` */
  centroids: Float32Array;
  /** Sharpness of the soft assignment. */
  alpha: number;
}

/** Rows of equal length, one after the other. */
export interface Rows {
  /** `[rows, rowLength]` */
  data: Float32Array;
  /** Numbers in each row. */
  rowLength: number;
}

/** Gaps up to this are rounding: unit descriptors have no more digits in float32. */
const MIN_GAP = 1e-6;

/** The second-nearest cluster gets this share of the nearest one's assignment, on average. */
export const RUNNER_UP_SHARE = 0.01;

/**
 * First values of NetVLAD v1: `w_k = α·ĉ_k` with unit centroids, no bias.
 *
 * α is chosen from the gap between the two largest dot products of a descriptor
 * with the unit centroids. With a single cluster any α is right.
 *
 * @param centroids As clustered, `[K, D]`.
 * @param descriptors L2-normalised local descriptors, `[n, D]`, n ≥ 1 unless K is 1.
 * @throws {CheckpointError} If on average the two are equal, as with centroids that come twice.
 *
 * Source: Relja's and pytorch-NetVlad's initialisation.
 */
export function initNetVladV1(
  centroids: Rows,
  descriptors: Rows,
): NetVladValues {
  const unit = unitRows(centroids);
  const alpha = -Math.log(RUNNER_UP_SHARE) /
    meanGap(descriptors, unit, (x, c) => dot(x, c));
  return {
    assignWeights: scaledColumns(unit, alpha),
    centroids: centroids.data,
    alpha,
  };
}

/**
 * First values of NetVLAD v2, as published: `w_k = 2αc_k`, `b_k = −α‖c_k‖²`.
 *
 * α is chosen from the gap between the squared distances of a descriptor to its
 * two nearest centroids. With a single cluster any α is right.
 *
 * @param centroids As clustered, `[K, D]`.
 * @param descriptors L2-normalised local descriptors, `[n, D]`, n ≥ 1 unless K is 1.
 * @throws {CheckpointError} If on average the two are equal, as with centroids that come twice.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 3.
 */
export function initNetVladV2(
  centroids: Rows,
  descriptors: Rows,
): NetVladValues {
  const alpha = -Math.log(RUNNER_UP_SHARE) /
    meanGap(descriptors, centroids, (x, c) => -distanceSquared(x, c));
  return {
    assignWeights: scaledColumns(centroids, 2 * alpha),
    assignBiases: Float32Array.from(
      eachRow(centroids),
      (c) => -alpha * dot(c, c),
    ),
    centroids: centroids.data,
    alpha,
  };
}

/** Mean difference between the two largest similarities of a descriptor to the centroids. */
function meanGap(
  descriptors: Rows,
  centroids: Rows,
  similarity: (x: Float32Array, c: Float32Array) => number,
): number {
  const clusters = [...eachRow(centroids)];
  if (clusters.length < 2) return 1;
  let sum = 0;
  let count = 0;
  for (const x of eachRow(descriptors)) {
    let first = -Infinity;
    let second = -Infinity;
    for (const c of clusters) {
      const value = similarity(x, c);
      if (value > first) [first, second] = [value, first];
      else if (value > second) second = value;
    }
    sum += first - second;
    count++;
  }
  const gap = sum / count;
  if (gap > MIN_GAP) return gap; // not NaN either, as without descriptors
  throw new CheckpointError(
    `Cannot tell ${clusters.length} clusters apart by ${count} local descriptors`,
    {
      where:
        `centroids (the two nearest of a descriptor are on average ${gap} apart)`,
      fix: "cluster images that differ more, or into fewer clusters",
    },
  );
}

/** The rows one by one, as views. */
export function* eachRow({ data, rowLength }: Rows): Generator<Float32Array> {
  for (let at = 0; at < data.length; at += rowLength) {
    yield data.subarray(at, at + rowLength);
  }
}

function unitRows(rows: Rows): Rows {
  const data = new Float32Array(rows.data.length);
  let at = 0;
  for (const row of eachRow(rows)) {
    const norm = Math.sqrt(dot(row, row)) || 1;
    for (const value of row) data[at++] = value / norm;
  }
  return { data, rowLength: rows.rowLength };
}

/** `factor · rowsᵀ`, `[D, K]`. */
export function scaledColumns(rows: Rows, factor: number): Float32Array {
  const D = rows.rowLength;
  const K = rows.data.length / D;
  return Float32Array.from(
    rows.data,
    (_, i) => factor * rows.data[(i % K) * D + Math.floor(i / K)]!,
  );
}

/** `a · b` in double precision. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

/** `‖a − b‖²` in double precision. */
export function distanceSquared(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d]! - b[d]!) ** 2;
  return sum;
}
