/**
 * NetVLAD as the paper's sums: slow, double precision, and the oracle for the
 * fast layer.
 *
 * @module
 */

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
 * @returns Descriptor, `[K·D]`, cluster by cluster.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 4.
 */
export function netVladReference(
  locals: number[][],
  params: NetVladReferenceParams,
): number[] {
  const vlad = params.centroids.map((centroid) => centroid.map(() => 0)); // [K][D]
  for (const x of locals.map(unit)) {
    const assign = softAssignReference(x, params);
    params.centroids.forEach((centroid, k) =>
      centroid.forEach((c, d) => {
        vlad[k]![d]! += assign[k]! * (x[d]! - c);
      })
    );
  }
  return unit(vlad.flatMap(unit));
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

function unit(x: number[]): number[] {
  const norm = Math.hypot(...x);
  return norm > 1e-12 ? x.map((value) => value / norm) : x.map(() => 0);
}
