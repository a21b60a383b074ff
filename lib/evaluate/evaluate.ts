/**
 * The stage *test*: how often a model finds the place of a query.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
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
import type { Engine } from "../engine/engine.ts";
import type { Describer } from "../model/model.ts";
import { note, type NoteEvent, type ProgressEvent } from "../progress.ts";
import type { DescriptorRows } from "../search/descriptor_rows.ts";
import { searchExact } from "../search/exact.ts";
import type { Evaluation } from "./evaluation.ts";
import { createJudge, type Judge } from "./judge.ts";
import { type EvaluateOptions, resolveEvaluateOptions } from "./options.ts";
import { stateProtocol } from "./protocols.ts";

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
 * @throws {OptionsError} If an option is wrong, or the dataset cannot be evaluated by the protocol.
 */
export async function* evaluateModel(
  model: Describer,
  dataset: PlaceDataset,
  { images: askedImages = {}, describe, ...given }: EvaluateSettings = {},
): AsyncGenerator<EvaluateEvent, Evaluation> {
  const options = resolveEvaluateOptions(given);
  stateProtocol(options, dataset); // throws before there is any work
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
  const judge = createJudge(dataset, options); // throws before there is any work
  using descriptors = createDatasetDescriptors(
    dataset,
    folder,
    model.descriptorLength,
  );
  yield* describeDataset(model, source, descriptors, describeBatch);
  return yield* searchDataset(model.engine, descriptors, judge);
}

/** Searches the descriptors of a dataset, and rates what is found. */
export async function* searchDataset(
  engine: Engine,
  { database, queries }: Record<"database" | "queries", DescriptorRows>,
  { dataset: { ownDatabaseIndex }, depth, judge }: Judge,
): AsyncGenerator<EvaluateEvent, Evaluation> {
  const found = yield* searchExact(engine, database, queries, {
    count: depth,
    ...(ownDatabaseIndex && { ownDatabaseIndex }),
  });
  return judge(found);
}

/** Counts the queries aloud that cannot be right. */
export function* noteMissing(
  { dataset, protocol, queriesWithoutPositives: missing }: Evaluation,
): Generator<NoteEvent, void> {
  if (missing === 0) return;
  const { queries, positiveRadius, unit, split } = dataset;
  const near = unit === "lists"
    ? "positive"
    : `database image within ${positiveRadius} ${unit}`;
  const what = protocol.denominator === "all"
    ? "they count as missed"
    : "they do not count";
  yield note(
    `${missing} of ${queries.paths.length} queries of split ${split} have no ${near}; ${what}`,
  );
}
