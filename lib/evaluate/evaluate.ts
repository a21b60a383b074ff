/**
 * The stage *test*: how often a model finds the place of a query.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { findWithinRadius, type Neighbors } from "../data/radius.ts";
import { keepReadable } from "../data/readable.ts";
import {
  createDatasetDescriptors,
  createDatasetFeatures,
  describeDataset,
} from "../describe/describe_dataset.ts";
import { fitImages } from "../describe/fit_images.ts";
import type { FrozenFeatures } from "../describe/frozen_features.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import type { Describer } from "../model/model.ts";
import { note, type NoteEvent, type ProgressEvent } from "../progress.ts";
import { type Predictions, searchExact } from "../search/exact.ts";
import { type EvaluateOptions, resolveEvaluateOptions } from "./options.ts";
import type { DatasetPredictions } from "./predictions.ts";
import {
  countWithoutPositives,
  rankFirstCorrect,
  recallAtN,
} from "./recall.ts";

/** What a model achieves on a split. */
export interface Evaluation extends DatasetPredictions {
  /** Fraction of all queries with a positive among the first N predictions, by N. */
  recall: ReadonlyMap<number, number>;
  /** Rank, from 1, of the first right one among all predictions that were searched for; 0 if none is right, `[Q]`. */
  firstCorrect: Int32Array;
  /** Queries that no database image lies near; they count as missed. */
  queriesWithoutPositives: number;
}

/** How to evaluate: options of the evaluation, of reading images, of describing them. */
export interface EvaluateSettings extends Partial<EvaluateOptions> {
  /** How images are read. */
  images?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
}

/** What an evaluation reports as it goes. */
export type EvaluateEvent = ProgressEvent | NoteEvent;

/**
 * Evaluates a model on a split of a dataset.
 *
 * Descriptors go to disk as they are made and the search is exact and in blocks:
 * memory does not grow with the number of images.
 *
 * @param model Describes the images.
 * @param dataset The split.
 * @returns Recall, and the predictions it comes from.
 * @throws {DatasetError} If an image cannot be read, unless `skipUnreadable` is set.
 * @throws {OptionsError} If an option is wrong.
 */
export async function* evaluateModel(
  model: Describer,
  dataset: PlaceDataset,
  { images: askedImages = {}, describe, ...given }: EvaluateSettings = {},
): AsyncGenerator<EvaluateEvent, Evaluation> {
  const options = resolveEvaluateOptions(given);
  const { describeBatch, cachePath } = resolveDescribeOptions(describe);
  const images = yield* fitImages(model, askedImages);
  const kept = images.skipUnreadable
    ? yield* keepReadable(dataset, images)
    : dataset;
  await using folder = await openWorkFolder(cachePath ?? options.output);
  using source = createDatasetFeatures(model, kept, images);
  const evaluation = yield* evaluateFeatures(model, kept, {
    source,
    folder: folder.path,
    describeBatch,
    options,
  });
  yield* noteMissing(evaluation);
  return evaluation;
}

/** What an evaluation needs besides a model and a dataset. */
export interface FeatureEvaluation {
  /** Frozen features of the dataset. */
  source: FrozenFeatures;
  /** Folder for descriptors while they are needed. */
  folder: string;
  describeBatch: number;
  options: Readonly<EvaluateOptions>;
}

/** Evaluates a model on frozen features: what *train* does after an epoch. */
export async function* evaluateFeatures(
  model: Describer,
  dataset: PlaceDataset,
  { source, folder, describeBatch, options }: FeatureEvaluation,
): AsyncGenerator<EvaluateEvent, Evaluation> {
  using descriptors = createDatasetDescriptors(
    dataset,
    folder,
    model.descriptorLength,
  );
  yield* describeDataset(model, source, descriptors, describeBatch);
  const { recallAt, predictions: numKept = Math.max(...recallAt) } = options;
  const { ownDatabaseIndex } = dataset;
  const predictions = yield* searchExact(
    model.engine,
    descriptors.database,
    descriptors.queries,
    {
      count: Math.max(numKept, ...recallAt),
      ...(ownDatabaseIndex && { ownDatabaseIndex }),
    },
  );
  const positives = findPositives(dataset);
  return {
    dataset,
    predictions: keepFirst(predictions, numKept),
    positives,
    recall: recallAtN(predictions, positives, recallAt),
    firstCorrect: rankFirstCorrect(predictions, positives),
    queriesWithoutPositives: countWithoutPositives(positives),
  };
}

function findPositives(
  { queries, database, positiveRadius, ownDatabaseIndex }: PlaceDataset,
): Neighbors {
  return findWithinRadius(queries, database, positiveRadius, {
    ...(ownDatabaseIndex && { leaveOut: ownDatabaseIndex }),
  });
}

/** The first predictions of each query. */
function keepFirst(
  { count, indices, distancesSquared }: Predictions,
  numKept: number,
): Predictions {
  const isKept = (_: number, i: number): boolean => i % count < numKept;
  return {
    count: numKept,
    indices: indices.filter(isKept),
    distancesSquared: distancesSquared.filter(isKept),
  };
}

/** Counts the queries aloud that cannot be right. */
export function* noteMissing(
  { dataset, queriesWithoutPositives: missing }: Evaluation,
): Generator<NoteEvent, void> {
  if (missing === 0) return;
  const { queries, positiveRadius, unit, split } = dataset;
  yield note(
    `${missing} of ${queries.paths.length} queries of split ${split} have no database image within ${positiveRadius} ${unit}; they count as missed`,
  );
}
