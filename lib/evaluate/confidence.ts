/**
 * How far a recall that was measured may be from that of all queries there could be.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";

/** A range of fractions in [0, 1]. */
export interface Interval {
  /** Its lower end. */
  low: number;
  /** Its upper end. */
  high: number;
}

/** Quantile of the standard normal distribution that 95 % lie within, on both sides. */
const Z = 1.959963984540054;

/**
 * Computes the 95 % confidence interval of a recall: Wilson's score interval of a proportion.
 *
 * It is right for few queries and near 0 and 1 too, and takes the queries for drawn one by one:
 * where they are frames of one drive, the truth is wider.
 *
 * @param recall Fraction of the queries, in [0, 1].
 * @param numQueries Queries Q that it is a fraction of, at least 1.
 * @returns The interval; `recall` is in it.
 * @throws {OptionsError} If an argument is out of range.
 *
 * @example
 * ```ts
 * import { recallInterval } from "@whereabouts/whereabouts";
 *
 * const { low, high } = recallInterval(0.54, 100);
 * console.log(low.toFixed(2), high.toFixed(2)); // 0.44 0.63
 * ```
 *
 * Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927.
 */
export function recallInterval(recall: number, numQueries: number): Interval {
  const isCount = Number.isInteger(numQueries) && numQueries >= 1;
  if (!isCount || !(recall >= 0 && recall <= 1)) {
    throw new OptionsError("Cannot compute a confidence interval", {
      where: `recall is ${recall}, numQueries ${numQueries}`,
      fix: "give a fraction in [0, 1] of at least one query",
    });
  }
  const share = Z ** 2 / numQueries;
  const center = (recall + share / 2) / (1 + share);
  const half = Z / (1 + share) *
    Math.sqrt((recall * (1 - recall) + share / 4) / numQueries);
  return {
    low: recall === 0 ? 0 : Math.max(center - half, 0),
    high: recall === 1 ? 1 : Math.min(center + half, 1),
  };
}
