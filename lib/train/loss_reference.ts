/**
 * The triplet loss as plain sums: slow, double precision, and the oracle for the
 * fast one.
 *
 * @module
 */
import type { LossOptions } from "./loss.ts";

/** One query with its positive and its negatives. */
export interface TupleReference {
  /** `[F]` */
  query: readonly number[];
  /** `[F]` */
  positive: readonly number[];
  /** `[J][F]` */
  negatives: readonly (readonly number[])[];
}

/**
 * The triplet loss of a batch, triplet by triplet. Keep it dull.
 *
 * Source: `train()` of pytorch-NetVlad's main.py.
 */
export function tripletLossReference(
  tuples: readonly TupleReference[],
  { margin, marginOn, lossOver }: LossOptions,
): number {
  let sum = 0;
  let count = 0;
  for (const { query, positive, negatives } of tuples) {
    for (const negative of negatives) {
      const lacking = marginOn === "squared"
        ? distanceSquared(query, positive, 0) -
          distanceSquared(query, negative, 0) + margin
        : Math.sqrt(distanceSquared(query, positive, 1e-6)) -
          Math.sqrt(distanceSquared(query, negative, 1e-6)) +
          Math.sqrt(margin);
      sum += Math.max(lacking, 0);
      if (lossOver === "all" || lacking > 0) count++;
    }
  }
  return count > 0 ? sum / count : 0;
}

function distanceSquared(
  a: readonly number[],
  b: readonly number[],
  offset: number,
): number {
  return a.reduce((sum, value, f) => sum + (value - b[f]! + offset) ** 2, 0);
}
