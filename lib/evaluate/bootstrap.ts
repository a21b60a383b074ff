/**
 * How far a figure that is no plain proportion may be from that of all queries there could be.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import { COUNT, DEFAULT_SEED, INTEGER, resolveOptions } from "../options.ts";
import { createRandom } from "../random.ts";
import type { Interval } from "./confidence.ts";

/** How a bootstrap interval is computed. */
export interface BootstrapOptions {
  /** Sets of queries that are drawn. */
  resamples: number;
  /** Seed of the draws. */
  seed: number;
}

/** The one place where the defaults live. */
export const BOOTSTRAP_DEFAULTS: Readonly<BootstrapOptions> = Object.freeze({
  resamples: 10_000,
  seed: DEFAULT_SEED,
});

/** Share of the resamples that lies within the interval. */
const LEVEL = 0.95;

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveBootstrapOptions(
  given: Partial<BootstrapOptions> = {},
): Readonly<BootstrapOptions> {
  return resolveOptions(given, {
    purpose: "compute a bootstrap interval",
    defaults: BOOTSTRAP_DEFAULTS,
    rules: { resamples: COUNT, seed: INTEGER },
  });
}

/**
 * Computes a 95 % bootstrap interval of a figure over queries: as many queries as there are, drawn
 * with replacement, give the figure again, many times; the interval is from the 2.5th to the
 * 97.5th percentile of these. The same seed gives the same interval.
 *
 * For a single recall, `recallInterval` is exact where this is not: near 0 and 1.
 *
 * @param numQueries Queries Q, at least 1.
 * @param figure Computes the figure from how often each query was drawn, `[Q]`, which it may not keep; NaN where these queries have none, which is left out.
 * @returns The interval; NaN at both ends where the figure is never a number.
 * @throws {OptionsError} If there are no queries, or an option is wrong.
 *
 * @example
 * ```ts
 * import { bootstrapInterval } from "@whereabouts/whereabouts";
 *
 * const precisions = [0.2, 0.9, 0.5, 0.7];
 * const { low, high } = bootstrapInterval(
 *   precisions.length,
 *   (counts) => precisions.reduce((sum, p, i) => sum + p * counts[i]!, 0) / 4,
 * );
 * console.log(low < 0.575 && high > 0.575); // true
 * ```
 *
 * Source: Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 1979.
 */
export function bootstrapInterval(
  numQueries: number,
  figure: (counts: Uint32Array) => number,
  given: Partial<BootstrapOptions> = {},
): Interval {
  const { resamples, seed } = resolveBootstrapOptions(given);
  if (!COUNT.holds(numQueries)) {
    throw new OptionsError("Cannot draw queries where there are none", {
      where: `numQueries is ${numQueries}`,
      fix: "give at least one query",
    });
  }
  const random = createRandom(seed);
  const counts = new Uint32Array(numQueries);
  const figures = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    counts.fill(0);
    for (let draw = 0; draw < numQueries; draw++) {
      counts[random.nextInteger(numQueries)]!++;
    }
    figures[i] = figure(counts);
  }
  const sorted = figures.filter((value) => !Number.isNaN(value)).sort();
  return {
    low: quantile(sorted, (1 - LEVEL) / 2),
    high: quantile(sorted, (1 + LEVEL) / 2),
  };
}

/** Between the two values that are nearest to a share of the way, in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const before = sorted[Math.floor(at)]!;
  const after = sorted[Math.ceil(at)]!;
  return before + (at - Math.floor(at)) * (after - before);
}

/**
 * The mean of a figure of each query, as `bootstrapInterval` asks for it.
 *
 * @param values Of each query, `[Q]`; queries of NaN do not count.
 */
export function meanOf(
  values: ArrayLike<number>,
): (counts: ArrayLike<number>) => number {
  const counted = Array.from(values, (value, i) => ({ value, i }))
    .filter(({ value }) => !Number.isNaN(value));
  return (counts) => {
    let sum = 0;
    let drawn = 0;
    for (const { value, i } of counted) {
      sum += counts[i]! * value;
      drawn += counts[i]!;
    }
    return sum / drawn;
  };
}
