/**
 * Two evaluations of the same queries, query by query.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import {
  bootstrapInterval,
  type BootstrapOptions,
  meanOf,
} from "./bootstrap.ts";
import type { Estimate } from "./figures.ts";
import { type BestMatches, createMatchRating } from "./match_quality.ts";
import { checkSameQueries } from "./same_queries.ts";
import { signTest } from "./sign_test.ts";
import type { StoredEvaluation, StoredQuery } from "./stored_evaluation.ts";

/** A figure of both, and how much larger it is in B. */
export interface ComparedFigure {
  /** Of A. */
  a: number;
  /** Of B. */
  b: number;
  /** B − A, with its 95 % bootstrap interval over queries. */
  difference: Estimate;
}

/** Recall@N of both. */
export interface ComparedRecall extends ComparedFigure {
  /** How many predictions are looked at. */
  n: number;
  /** Queries that only A gets right. */
  onlyA: readonly string[];
  /** Queries that only B gets right. */
  onlyB: readonly string[];
  /** How often a difference as large or larger comes of chance alone: the exact McNemar test, two-sided. */
  pValue: number;
}

/** How two evaluations compare. */
export interface Comparison {
  /** Queries of each. */
  numQueries: number;
  /** Queries that recall is a fraction of. */
  countedQueries: number;
  /** What both went by, in words. */
  protocol: string;
  /** For each N that both have, ascending. */
  recall: readonly ComparedRecall[];
  /** Area under precision over recall of the best matches; null where it is not known which queries have a positive, or at what distance matches are, or none has one. */
  aucPr: ComparedFigure | null;
  /** Mean average precision by grade; empty where the truth is no list. */
  map: Readonly<Record<string, ComparedFigure>>;
}

/**
 * Compares two evaluations of the same queries.
 *
 * Every figure is computed from the same queries of both, also when they are resampled: what is
 * hard for both does not widen the interval of their difference.
 *
 * @param runs Both, such as from `readEvaluation`.
 * @param given How intervals are computed.
 * @throws {DatasetError} If they are not of the same queries, or not by the same protocol; it names the differences.
 * @throws {OptionsError} If they have no N in common.
 *
 * @example
 * ```ts ignore
 * const a = await readEvaluation("runs/a/test_demo_test");
 * const b = await readEvaluation("runs/b/test_demo_test");
 * const { recall: [first] } = compareEvaluations({ a, b });
 * console.log(first!.difference, first!.pValue);
 * ```
 *
 * Source: McNemar, Note on the sampling error of the difference between correlated proportions, 1947;
 * Efron, Bootstrap methods: another look at the jackknife, 1979.
 */
export function compareEvaluations(
  { a, b }: { a: StoredEvaluation; b: StoredEvaluation },
  given: Partial<BootstrapOptions> = {},
): Comparison {
  checkSameQueries(a, b);
  const counted = [...a.queries.keys()].filter((i) =>
    a.protocol.denominator === "all" || a.queries[i]!.numPositives !== 0
  );
  const pairs = counted.map((i): Pair => ({
    a: a.queries[i]!,
    b: b.queries[i]!,
  }));
  return {
    numQueries: a.queries.length,
    countedQueries: pairs.length,
    protocol: a.protocol.description,
    recall: findCommonNs(a, b).map((n) => compareRecall(pairs, n, given)),
    aucPr: compareMatches(pairs, given),
    map: comparePrecisions(pairs, given),
  };
}

/** A query in both evaluations. */
interface Pair {
  a: StoredQuery;
  b: StoredQuery;
}

function findCommonNs(a: StoredEvaluation, b: StoredEvaluation): number[] {
  const most = Math.min(a.numPredictions, b.numPredictions);
  const common = a.ns.filter((n) => b.ns.includes(n) && n <= most);
  if (common.length > 0) return common;
  throw new OptionsError("Cannot compare recall: no N is of both", {
    where: `recallAt is ${a.ns} and ${b.ns}, written are ${most} predictions`,
    fix: "evaluate both with the same recallAt, and as many predictions",
  });
}

function compareRecall(
  pairs: readonly Pair[],
  n: number,
  given: Partial<BootstrapOptions>,
): ComparedRecall {
  const isRight = ({ firstCorrect }: StoredQuery): boolean =>
    firstCorrect > 0 && firstCorrect <= n;
  const onlyA = pairs.filter(({ a, b }) => isRight(a) && !isRight(b));
  const onlyB = pairs.filter(({ a, b }) => isRight(b) && !isRight(a));
  return {
    n,
    ...compareMeans(pairs, (query) => isRight(query) ? 1 : 0, given),
    onlyA: onlyA.map(({ a }) => a.query),
    onlyB: onlyB.map(({ a }) => a.query),
    pValue: signTest(onlyA.length, onlyB.length),
  };
}

/** Compares the mean of a figure of each query. */
function compareMeans(
  pairs: readonly Pair[],
  figure: (query: StoredQuery) => number,
  given: Partial<BootstrapOptions>,
): ComparedFigure {
  const a = meanOf(pairs.map((pair) => figure(pair.a)));
  const b = meanOf(pairs.map((pair) => figure(pair.b)));
  const difference = meanOf(
    pairs.map((pair) => figure(pair.b) - figure(pair.a)),
  );
  const once = new Uint8Array(pairs.length).fill(1);
  return {
    a: a(once),
    b: b(once),
    difference: {
      value: difference(once),
      ...bootstrapInterval(pairs.length, difference, given),
    },
  };
}

function compareMatches(
  pairs: readonly Pair[],
  given: Partial<BootstrapOptions>,
): ComparedFigure | null {
  const isKnown = pairs.every(({ a, b }) =>
    a.numPositives !== null && !Number.isNaN(a.distance + b.distance)
  );
  if (!isKnown || pairs.every(({ a }) => a.numPositives === 0)) return null;
  const rate = (queries: readonly StoredQuery[]) =>
    createMatchRating(toMatches(queries));
  const [a, b] = [rate(pairs.map(({ a }) => a)), rate(pairs.map(({ b }) => b))];
  const difference = (counts: ArrayLike<number>): number =>
    b(counts).aucPr - a(counts).aucPr;
  const once = new Uint8Array(pairs.length).fill(1);
  return {
    a: a(once).aucPr,
    b: b(once).aucPr,
    difference: {
      value: difference(once),
      ...bootstrapInterval(pairs.length, difference, given),
    },
  };
}

function toMatches(queries: readonly StoredQuery[]): BestMatches {
  return {
    distances: queries.map(({ distance }) => distance),
    isRight: queries.map(({ firstCorrect }) => firstCorrect === 1),
    isAnswerable: queries.map(({ numPositives }) => numPositives !== 0),
  };
}

function comparePrecisions(
  pairs: readonly Pair[],
  given: Partial<BootstrapOptions>,
): Record<string, ComparedFigure> {
  const grades = Object.keys(pairs[0]?.a.averagePrecision ?? {})
    .filter((grade) => grade in pairs[0]!.b.averagePrecision);
  return Object.fromEntries(grades.map((grade) => [
    grade,
    compareMeans(pairs, (query) => query.averagePrecision[grade]!, given),
  ]));
}
