/**
 * What recall a ranking drawn at random would have, and whether one that was
 * measured is more than that.
 *
 * @module
 */
import type { Evaluation } from "./evaluation.ts";
import type { DatasetPredictions } from "./predictions.ts";
import type { StatedProtocol } from "./protocols.ts";
import { countQueries } from "./recall.ts";

/** What recall by chance follows from: how many images are searched, which are right, and which queries count; all if left out. */
export type ChanceSource = Pick<DatasetPredictions, "positives"> & {
  dataset: Pick<DatasetPredictions["dataset"], "database" | "ownDatabaseIndex">;
  protocol?: Pick<StatedProtocol, "denominator" | "suppress">;
};

/** Fewer queries say nothing. */
const LEAST_QUERIES = 20;
/** A recall that chance reaches less often than this is more than chance. */
const RARE = 1e-3;

/**
 * Computes the expected Recall@N of rankings drawn at random.
 *
 * A query with p positives among M images searched misses them all with
 * probability C(M − p, N) / C(M, N).
 *
 * @param source A dataset and its positives; a query that is itself in the database searches one image less.
 * @param ns Values of N, each an integer of at least 1.
 * @returns A fraction in [0, 1] for each N, in the order of `ns`.
 */
export function chanceRecall(
  { dataset, positives, protocol }: ChanceSource,
  ns: Iterable<number>,
): ReadonlyMap<number, number> {
  const { offsets } = positives;
  const { database, ownDatabaseIndex } = dataset;
  const Q = offsets.length - 1;
  const numCounted = countQueries(positives, protocol?.denominator ?? "all");
  const expect = (n: number): number => {
    let found = 0;
    for (let query = 0; query < Q; query++) {
      const isIn = (ownDatabaseIndex?.[query] ?? -1) >= 0;
      const searched = database.paths.length - (isIn ? 1 : 0);
      const right = offsets[query + 1]! - offsets[query]!;
      found += 1 - missProbability(searched, right, n);
    }
    return found / numCounted;
  };
  return new Map([...ns].map((n) => [n, expect(n)]));
}

/** Probability that none of `right` images is among the first `n` of `searched`. */
function missProbability(searched: number, right: number, n: number): number {
  let miss = 1;
  for (let i = 0; i < Math.min(n, searched); i++) {
    miss *= Math.max(0, searched - right - i) / (searched - i);
  }
  return miss;
}

/**
 * Whether an evaluation's recall, at its smallest N, could well have come by chance:
 * as many queries or more would be right in one of a thousand random rankings or
 * oftener, by the binomial distribution. Never where queries are too few to tell, or predictions
 * are no whole ranking, as with one for each panorama.
 *
 * @param evaluation Of at least one N.
 */
export function isNearChance(
  evaluation: ChanceSource & Pick<Evaluation, "recall">,
): boolean {
  const { protocol, positives } = evaluation;
  if (protocol?.suppress === "panorama") return false;
  const n = Math.min(...evaluation.recall.keys());
  const Q = countQueries(positives, protocol?.denominator ?? "all");
  const chance = chanceRecall(evaluation, [n]).get(n)!;
  if (Q < LEAST_QUERIES || tail(Q, Q, chance) >= RARE) return false;
  const right = Math.round(evaluation.recall.get(n)! * Q);
  return tail(right, Q, chance) >= RARE;
}

/** Probability of at least `least` of `count` independent trials, each of probability `p`. */
function tail(least: number, count: number, p: number): number {
  if (least <= 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  let logChoices = 0;
  let sum = 0;
  for (let k = 1; k <= count; k++) {
    logChoices += Math.log((count - k + 1) / k);
    const logP = logChoices + k * Math.log(p) + (count - k) * Math.log1p(-p);
    if (k >= least) sum += Math.exp(logP);
  }
  return sum;
}
