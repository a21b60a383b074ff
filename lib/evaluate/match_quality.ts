/**
 * Whether the distance of the best match tells right matches from wrong ones: precision and
 * recall over a threshold.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";

/** The nearest database image of each of Q queries. */
export interface BestMatches {
  /** Distance of the descriptors, squared or not; Infinity where there is no match, `[Q]`. */
  distances: ArrayLike<number>;
  /** Whether it is a positive, `[Q]`. */
  isRight: readonly boolean[];
  /** Whether the query has a positive, `[Q]`. */
  isAnswerable: readonly boolean[];
}

/** How well a threshold can do. */
export interface MatchQuality {
  /** Area under the curve of precision over recall, where recall is of the queries that have a positive. */
  aucPr: number;
  /** The same where recall is of the queries whose best match is right: the figure of VPR-Bench. */
  aucPrOfRight: number;
  /** Largest recall, of the queries that have a positive, at which no accepted match is wrong. */
  recallAtFullPrecision: number;
}

/**
 * Rates the best matches of queries by their distances.
 *
 * A match is accepted if its distance is at most a threshold. Precision is the share of the
 * accepted that are right; recall is the share of the queries with a positive whose match is
 * accepted and right. The curve begins at precision 1, recall 0, has a point for each distance,
 * so that equal distances are accepted together, and its area is by the trapezoid rule. A query
 * without a positive can only be accepted wrongly: it lowers precision, and recall knows nothing of it.
 *
 * @returns Fractions in [0, 1]; 0 where no best match is right.
 * @throws {DatasetError} If no query has a positive.
 *
 * @example
 * ```ts
 * import { rateMatches } from "@whereabouts/whereabouts";
 *
 * const { aucPr, recallAtFullPrecision } = rateMatches({
 *   distances: [0.1, 0.2, 0.3, 0.4],
 *   isRight: [true, true, false, true],
 *   isAnswerable: [true, true, true, true],
 * });
 * console.log(aucPr.toFixed(3), recallAtFullPrecision); // 0.677 0.5
 * ```
 *
 * Source: Schubert et al., Visual place recognition: a tutorial, RAM 2023 (single best match);
 * Zaffar et al., VPR-Bench, IJCV 2021 (`aucPrOfRight`).
 */
export function rateMatches(matches: BestMatches): MatchQuality {
  if (!matches.isAnswerable.includes(true)) {
    throw new DatasetError("Cannot rate matches without anything to find", {
      where: "no query has a positive",
      fix: "give a dataset whose queries have positives",
    });
  }
  return createMatchRating(matches)(matches.isRight.map(() => 1));
}

/** Prepares `rateMatches` for queries that are drawn several times, or not at all. */
export function createMatchRating(
  { distances, isRight, isAnswerable }: BestMatches,
): (counts: ArrayLike<number>) => MatchQuality {
  const order = [...isRight.keys()]
    .filter((query) => distances[query]! < Infinity)
    .sort((a, b) => distances[a]! - distances[b]!);
  const answerable = [...isAnswerable.keys()]
    .filter((query) => isAnswerable[query]);
  return (counts) => {
    const numAnswerable = answerable.reduce((sum, i) => sum + counts[i]!, 0);
    let [right, wrong, area, lastPrecision, sure] = [0, 0, 0, 1, 0];
    for (let at = 0; at < order.length;) {
      const distance = distances[order[at]!]!;
      const before = right;
      for (; distances[order[at]!] === distance; at++) {
        const query = order[at]!;
        if (isRight[query]) right += counts[query]!;
        else wrong += counts[query]!;
      }
      if (right + wrong === 0) continue;
      const precision = right / (right + wrong);
      area += (right - before) * (lastPrecision + precision) / 2;
      lastPrecision = precision;
      if (wrong === 0) sure = right;
    }
    return {
      aucPr: area / numAnswerable,
      aucPrOfRight: right === 0 ? 0 : area / right,
      recallAtFullPrecision: sure / numAnswerable,
    };
  };
}
