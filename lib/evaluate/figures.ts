/**
 * The figures of an evaluation besides recall, with their confidence intervals, as they are written and printed.
 *
 * @module
 */
import { listNeighbors } from "../data/radius.ts";
import {
  bootstrapInterval,
  type BootstrapOptions,
  meanOf,
} from "./bootstrap.ts";
import type { RankingQuality } from "./average_precision.ts";
import type { Interval } from "./confidence.ts";
import type { Evaluation } from "./evaluation.ts";
import {
  type BestMatches,
  createMatchRating,
  rateMatches,
} from "./match_quality.ts";
import { describeProtocol, type StatedProtocol } from "./protocols.ts";
import { isPositive } from "./recall.ts";

/** A figure and its 95 % bootstrap interval over queries. */
export interface Estimate extends Interval {
  /** The figure. */
  value: number;
}

/** Mean average precision by one truth. */
export interface MapFigures extends Estimate {
  /** Queries that it is a mean of: those with a positive. */
  queries: number;
  /** Mean precision at k, by k. */
  precisionAt: Readonly<Record<string, number>>;
}

/** Figures of an evaluation. */
export interface EvaluationFigures {
  /** What it went by, also in words. */
  protocol: StatedProtocol & { description: string };
  /** Queries that recall is a fraction of. */
  countedQueries: number;
  /** Area under precision over recall of the best matches; null where no query has a positive, or distances are not known. */
  aucPr: Estimate | null;
  /** The same as VPR-Bench computes it: recall is of the queries whose best match is right. */
  aucPrOfRight: number | null;
  /** Largest recall at which no accepted best match is wrong. */
  recallAtFullPrecision: number | null;
  /** Mean average precision by grade, `all` where there is one; left out where the truth is no list. */
  map?: Readonly<Record<string, MapFigures>>;
}

/**
 * Measures what recall does not say.
 *
 * @param given How intervals are computed.
 */
export function measureEvaluation(
  evaluation: Evaluation,
  given: Partial<BootstrapOptions> = {},
): EvaluationFigures {
  const { protocol, numCounted, rankings } = evaluation;
  return {
    protocol: { ...protocol, description: describeProtocol(protocol) },
    countedQueries: numCounted,
    ...measureMatches(findBestMatches(evaluation), given),
    ...(rankings && {
      map: Object.fromEntries(
        [...rankings].map(([grade, each]) => [
          grade,
          measureRankings(each, given),
        ]),
      ),
    }),
  };
}

/** The best match of each query that counts. */
function findBestMatches(
  { predictions, positives, protocol, dataset }: Evaluation,
): BestMatches {
  const { count, indices, distancesSquared } = predictions;
  const isAnswerable = (query: number): boolean =>
    listNeighbors(positives, query).length > 0;
  const counted = [...dataset.queries.paths.keys()].filter((query) =>
    protocol.denominator === "all" || isAnswerable(query)
  );
  return {
    distances: counted.map((query) => distancesSquared[query * count]!),
    isRight: counted.map((query) =>
      isPositive(positives, query, indices[query * count]!)
    ),
    isAnswerable: counted.map(isAnswerable),
  };
}

function measureMatches(
  matches: BestMatches,
  given: Partial<BootstrapOptions>,
): Pick<
  EvaluationFigures,
  "aucPr" | "aucPrOfRight" | "recallAtFullPrecision"
> {
  const isUnknown = Array.from(matches.distances).some(Number.isNaN);
  if (isUnknown || !matches.isAnswerable.includes(true)) {
    return { aucPr: null, aucPrOfRight: null, recallAtFullPrecision: null };
  }
  const { aucPr, ...rest } = rateMatches(matches);
  const rating = createMatchRating(matches);
  const interval = bootstrapInterval(
    matches.isRight.length,
    (counts) => rating(counts).aucPr,
    given,
  );
  return { aucPr: { value: aucPr, ...interval }, ...rest };
}

function measureRankings(
  { averagePrecision, precisionAt }: RankingQuality,
  given: Partial<BootstrapOptions>,
): MapFigures {
  const Q = averagePrecision.length;
  const once = new Uint8Array(Q).fill(1);
  const figure = meanOf(averagePrecision);
  return {
    queries: averagePrecision.filter((value) => !Number.isNaN(value)).length,
    value: figure(once),
    ...bootstrapInterval(Q, figure, given),
    precisionAt: Object.fromEntries(
      [...precisionAt].map(([k, each]) => [k, meanOf(each)(once)]),
    ),
  };
}
