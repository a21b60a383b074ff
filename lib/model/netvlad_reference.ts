/**
 * NetVLAD as the paper's sums: slow, double precision, and the oracle for the
 * fast layer.
 *
 * @module
 */
import type { NetVladOptions } from "./netvlad.ts";
import { MODEL_DEFAULTS } from "./options.ts";

/** Layer parameters as plain numbers; see `NetVladParams`. */
export interface NetVladReferenceParams {
  /** `[D][K]` */
  assignWeights: number[][];
  /** `[K]` */
  assignBiases: number[];
  /** `[K][D]` */
  centroids: number[][];
}

/**
 * NetVLAD of one image, written as the paper's sums. Keep it dull.
 *
 * @param locals Local descriptors of one image, `[P][D]`.
 * @param options Norms and order.
 * @returns Descriptor, `[K·D]`, or `[D·K]`.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 4.
 */
export function netVladReference(
  locals: number[][],
  params: NetVladReferenceParams,
  { vladNorm, vladOrder }: NetVladOptions = MODEL_DEFAULTS,
): number[] {
  const isSmooth = vladNorm === "smoothed";
  const unit = isSmooth ? smoothUnit : clampedUnit;
  const vlad = params.centroids.map((centroid) => centroid.map(() => 0)); // [K][D]
  for (const x of locals.map(unit)) {
    const assign = softAssignReference(x, params);
    params.centroids.forEach((centroid, k) =>
      centroid.forEach((c, d) => {
        vlad[k]![d]! += assign[k]! * (x[d]! - c);
      })
    );
  }
  const clusters = vlad.map(unit); // [K][D]
  const ordered = vladOrder === "cluster-major"
    ? clusters.flat()
    : clusters[0]!.flatMap((_, d) => clusters.map((cluster) => cluster[d]!));
  return isSmooth ? offsetUnit(ordered) : clampedUnit(ordered);
}

/**
 * Share of each cluster in a unit local descriptor, a_k(x).
 *
 * @param x `[D]`
 * @returns `[K]`, of sum 1.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 3.
 */
export function softAssignReference(
  x: number[],
  { assignWeights, assignBiases }: NetVladReferenceParams,
): number[] {
  const scores = assignBiases.map((bias, k) =>
    x.reduce((sum, value, d) => sum + value * assignWeights[d]![k]!, bias)
  );
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

function smoothUnit(x: number[]): number[] {
  return x.map((value) => value / Math.sqrt(Math.hypot(...x) ** 2 + 1e-12));
}

function offsetUnit(x: number[]): number[] {
  return x.map((value) => value / (Math.hypot(...x) + 1e-12));
}

function clampedUnit(x: number[]): number[] {
  const norm = Math.max(Math.hypot(...x), 1e-12);
  return x.map((value) => value / norm);
}
