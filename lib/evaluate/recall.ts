/**
 * Recall@N: for how many queries one of the first N predictions is right.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import { listNeighbors, type Neighbors } from "../data/radius.ts";
import { DatasetError, OptionsError } from "../errors.ts";
import type { Predictions } from "../search/exact.ts";
import type { Protocol } from "./protocols.ts";

/**
 * Counts the queries of which one of the first N predictions is a positive.
 *
 * Queries without a positive count as missed, unless fractions are of the answerable queries.
 *
 * @param predictions Of Q queries. Where the database has fewer than N images, all of them are looked at.
 * @param positives Database indices within the evaluation radius of each query, Q lists.
 * @param ns Values of N, each from 1 to `predictions.count`.
 * @param denominator Which queries it is a fraction of: all, or those with a positive.
 * @returns A fraction in [0, 1] for each N, in the order of `ns`.
 * @throws {ShapeError} If `predictions` and `positives` have different numbers of queries.
 * @throws {OptionsError} If an N is not an integer from 1 to `predictions.count`.
 * @throws {DatasetError} If there are no queries, or none that count.
 *
 * @example
 * ```ts
 * import { findWithinRadius, recallAtN } from "@whereabouts/whereabouts";
 *
 * const place = (...east: number[]) => ({
 *   eastMeters: Float64Array.from(east),
 *   northMeters: new Float64Array(east.length),
 * });
 * const positives = findWithinRadius(place(10, 90), place(0, 50, 100), 25);
 * const predictions = {
 *   count: 2, // for each query: nearest first
 *   indices: Int32Array.of(0, 1, 0, 2),
 *   distancesSquared: Float64Array.of(0.1, 0.2, 0.3, 0.4),
 * };
 * console.log(recallAtN(predictions, positives, [1, 2])); // 1 → 0.5, 2 → 1
 * ```
 */
export function recallAtN(
  predictions: Predictions,
  positives: Neighbors,
  ns: readonly number[],
  denominator: Protocol["denominator"] = "all",
): ReadonlyMap<number, number> {
  checkNs(ns, predictions.count);
  const ranks = rankFirstCorrect(predictions, positives);
  const numCounted = countQueries(positives, denominator);
  return new Map(
    ns.map((n) => [
      n,
      ranks.filter((rank) => rank > 0 && rank <= n).length / numCounted,
    ]),
  );
}

/**
 * Counts the queries that recall is a fraction of.
 *
 * @throws {DatasetError} If there are none.
 */
export function countQueries(
  positives: Neighbors,
  denominator: Protocol["denominator"],
): number {
  const Q = positives.offsets.length - 1;
  const counted = denominator === "all"
    ? Q
    : Q - countWithoutPositives(positives);
  if (counted > 0) return counted;
  throw new DatasetError("Cannot compute recall of answerable queries", {
    where: `none of ${Q} queries has a positive`,
    fix: "widen positiveRadius, or set denominator to all",
  });
}

/**
 * Finds the first right prediction of each query.
 *
 * @param predictions Of Q queries.
 * @param positives Database indices within the evaluation radius of each query, Q lists.
 * @returns Its rank, from 1; 0 if none is right, `[Q]`.
 * @throws {ShapeError} If `predictions` and `positives` have different numbers of queries.
 * @throws {DatasetError} If there are no queries.
 */
export function rankFirstCorrect(
  predictions: Predictions,
  positives: Neighbors,
): Int32Array {
  const Q = checkQueries(predictions, positives);
  const { count, indices } = predictions;
  return Int32Array.from(
    { length: Q },
    (_, query) =>
      indices.subarray(query * count, (query + 1) * count)
        .findIndex((index) => isPositive(positives, query, index)) + 1,
  );
}

/**
 * Counts the queries without a positive, which no search can find.
 *
 * @param positives Database indices within the evaluation radius of each query.
 */
export function countWithoutPositives({ offsets }: Neighbors): number {
  return offsets.subarray(1).filter((end, query) => end === offsets[query])
    .length;
}

/** Whether a database image is a positive of a query. */
export function isPositive(
  positives: Neighbors,
  query: number,
  databaseIndex: number,
): boolean {
  return listNeighbors(positives, query).includes(databaseIndex);
}

function checkNs(ns: readonly number[], count: number): void {
  const wrong = ns.filter((n) => !Number.isInteger(n) || n < 1 || n > count);
  if (wrong.length === 0) return;
  throw new OptionsError(`Cannot compute recall at ${wrong.join(", ")}`, {
    where: "argument ns",
    fix: `pass integers from 1 to ${count}, or search for more predictions`,
  });
}

function checkQueries(
  { count, indices }: Predictions,
  { offsets }: Neighbors,
): number {
  const { Q } = checkShape(
    "positives",
    [offsets.length - 1],
    "Q",
    { Q: indices.length / count },
  );
  if (Q > 0) return Q;
  throw new DatasetError("Cannot compute recall without queries", {
    where: "argument predictions",
    fix: "give a dataset that has queries",
  });
}
