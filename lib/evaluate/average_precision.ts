/**
 * Average precision and precision at k, as Oxford5k, Paris6k and their revisited forms are evaluated.
 *
 * @module
 */
import type { ListedTruth } from "../data/dataset.ts";
import { listNeighbors } from "../data/radius.ts";
import { OptionsError } from "../errors.ts";
import type { Predictions } from "../search/exact.ts";

/** The k of mP@k in the revisited protocol. */
const PRECISION_AT = [1, 5, 10];

/** How well whole rankings fit a truth, query by query. */
export interface RankingQuality {
  /** Average precision; NaN where a query has no positive, `[Q]`. */
  averagePrecision: Float64Array;
  /** Precision at k; NaN where a query has no positive, by k, `[Q]`. */
  precisionAt: ReadonlyMap<number, Float64Array>;
}

/**
 * Computes the average precision of one ranking: the area under its curve of precision over
 * recall, by the trapezoid rule. Before the first image precision is 1.
 *
 * @param ranks Ranks of the positives that were found, from 1, ascending, among images that are not ignored.
 * @param numPositives Positives there are, found or not, at least 1.
 * @returns A fraction in [0, 1].
 * @throws {OptionsError} If ranks are not integers from 1 in ascending order, or there are more of them than positives.
 *
 * @example
 * ```ts
 * import { averagePrecision } from "@whereabouts/whereabouts";
 *
 * // 1st: (1 + 1) / 2, 3rd: (1/2 + 2/3) / 2, each half of the recall
 * console.log(averagePrecision([1, 3], 2).toFixed(4)); // 0.7917
 * ```
 *
 * Source: Philbin et al., Object retrieval with large vocabularies and fast spatial matching,
 * CVPR 2007, and the program compute_ap that its ground truth comes with; Radenović et al.,
 * Revisiting Oxford and Paris, CVPR 2018, evaluate.py.
 */
export function averagePrecision(
  ranks: readonly number[],
  numPositives: number,
): number {
  const isRising = ranks.every((rank, i) =>
    Number.isInteger(rank) && rank > (ranks[i - 1] ?? 0)
  );
  if (!isRising || !(numPositives >= 1) || ranks.length > numPositives) {
    throw new OptionsError("Cannot compute an average precision", {
      where: `ranks are ${ranks.slice(0, 10)}, numPositives is ${numPositives}`,
      fix: "give ascending ranks from 1, no more of them than positives",
    });
  }
  const area = ranks.reduce((sum, rank, found) => {
    const before = rank === 1 ? 1 : found / (rank - 1);
    return sum + (before + (found + 1) / rank) / 2;
  }, 0);
  return area / numPositives;
}

/**
 * Rates whole rankings by a truth. Ignored images do not take a rank.
 *
 * @param rankings The whole database for each of Q queries.
 * @returns Precision at k is that of the first min(k, rank of the last positive) images, as in the revisited protocol.
 */
export function rateRankings(
  { count, indices }: Predictions,
  { positives, ignored }: ListedTruth,
): RankingQuality {
  const Q = indices.length / count;
  const ranks = Array.from({ length: Q }, (_, query) =>
    rankPositives(
      indices.subarray(query * count, (query + 1) * count),
      new Set(listNeighbors(positives, query)),
      new Set(listNeighbors(ignored, query)),
    ));
  const numPositives = (query: number): number =>
    listNeighbors(positives, query).length;
  const rate = (figure: (ranks: number[], query: number) => number) =>
    Float64Array.from(
      ranks,
      (found, query) => numPositives(query) === 0 ? NaN : figure(found, query),
    );
  return {
    averagePrecision: rate((found, query) =>
      averagePrecision(found, numPositives(query))
    ),
    precisionAt: new Map(
      PRECISION_AT.map((k) => [k, rate((found) => precisionAt(found, k))]),
    ),
  };
}

/** Ranks of the positives, from 1, ascending. */
function rankPositives(
  ranking: Int32Array,
  positives: ReadonlySet<number>,
  ignored: ReadonlySet<number>,
): number[] {
  const ranks: number[] = [];
  let rank = 0;
  for (const index of ranking) {
    if (index < 0 || ignored.has(index)) continue;
    rank++;
    if (positives.has(index)) ranks.push(rank);
  }
  return ranks;
}

function precisionAt(ranks: readonly number[], k: number): number {
  const last = Math.min(ranks.at(-1) ?? k, k);
  return ranks.filter((rank) => rank <= last).length / last;
}
