/**
 * From what a search found to what it is worth by a protocol.
 *
 * @module
 */
import type { ListedTruth, PlaceDataset } from "../data/dataset.ts";
import type { Neighbors } from "../data/radius.ts";
import type { Predictions } from "../search/exact.ts";
import { type RankingQuality, rateRankings } from "./average_precision.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EvaluateOptions } from "./options.ts";
import { findPositives } from "./positives.ts";
import { type StatedProtocol, stateProtocol } from "./protocols.ts";
import {
  countQueries,
  countWithoutPositives,
  rankFirstCorrect,
  recallAtN,
} from "./recall.ts";
import {
  createSelection,
  searchDepth,
  type Selection,
  selectPredictions,
} from "./selection.ts";

/** Rates what is found for a dataset. */
export interface Judge {
  /** What they are predicted for. */
  dataset: PlaceDataset;
  /** Predictions of each query that it has to be given. */
  depth: number;
  /** Rates the predictions of a search of that depth. */
  judge(found: Predictions): Evaluation;
}

/**
 * Makes what rates the predictions for a dataset.
 *
 * @param options Resolved.
 * @throws {OptionsError} If the dataset cannot be evaluated by the protocol.
 */
export function createJudge(
  dataset: PlaceDataset,
  options: Readonly<EvaluateOptions>,
): Judge {
  const { recallAt, pairs = 0 } = options;
  const { predictions: numKept = Math.max(pairs, ...recallAt) } = options;
  const protocol = stateProtocol(options, dataset);
  const selection = createSelection(dataset, protocol);
  const count = Math.max(numKept, ...recallAt);
  const numImages = dataset.database.paths.length;
  let positives: Neighbors | undefined; // found once, for all that is judged
  return {
    dataset,
    depth: dataset.truth
      ? Math.max(count, numImages) // whole rankings, for average precision
      : Math.max(count, Math.min(searchDepth(selection, count), numImages)),
    judge: (found) => {
      positives ??= findPositives(dataset, protocol.headingLimit);
      return judge(found, {
        dataset,
        positives,
        protocol,
        selection,
        count,
        numKept,
        recallAt,
      });
    },
  };
}

/** What predictions are judged by. */
interface Judging {
  dataset: PlaceDataset;
  /** Database images that are right for each query. */
  positives: Neighbors;
  protocol: StatedProtocol;
  selection: Selection;
  /** Predictions that recall looks at. */
  count: number;
  /** Predictions that are kept. */
  numKept: number;
  recallAt: readonly number[];
}

function judge(
  found: Predictions,
  { dataset, positives, protocol, selection, count, numKept, recallAt }:
    Judging,
): Evaluation {
  const { denominator } = protocol;
  const predictions = selectPredictions(found, selection, count);
  const rankings = rateTruths(found, dataset);
  return {
    dataset,
    predictions: selectPredictions(predictions, {}, numKept),
    positives,
    protocol,
    numCounted: countQueries(positives, denominator),
    recall: recallAtN(predictions, positives, recallAt, denominator),
    firstCorrect: rankFirstCorrect(predictions, positives),
    queriesWithoutPositives: countWithoutPositives(positives),
    ...(rankings && { rankings }),
  };
}

function rateTruths(
  found: Predictions,
  { truth, grades }: PlaceDataset,
): ReadonlyMap<string, RankingQuality> | undefined {
  if (!truth) return undefined;
  const rated = grades ?? new Map<string, ListedTruth>([["all", truth]]);
  return new Map(
    [...rated].map(([grade, each]) => [grade, rateRankings(found, each)]),
  );
}
