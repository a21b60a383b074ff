/**
 * The stage *train*: hard-negative mining, triplet loss, evaluation each epoch.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { keepReadable } from "../data/readable.ts";
import { createDatasetFeatures } from "../describe/describe_dataset.ts";
import type { FrozenFeatures } from "../describe/frozen_features.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import type { Model } from "../model/model.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import { createRandom } from "../random.ts";
import type { Checkpoint } from "./checkpoint.ts";
import {
  type Course,
  endEpoch,
  type EpochEvent,
  evaluateUntrained,
  startState,
  sumUpCourse,
  type TrainResult,
} from "./course.ts";
import { leaveWhitening } from "./leave_whitening.ts";
import { createOptimizer, learningRateAt } from "./optimizer.ts";
import { resolveTrainOptions, type TrainOptions } from "./options.ts";
import { listTrainQueries } from "./train_queries.ts";
import { type StepEvent, trainEpoch } from "./train_epoch.ts";

/** The splits of a training run. */
export interface TrainData {
  /** Queries and database to learn from. */
  train: PlaceDataset;
  /** Decides which epoch was best. */
  validation: PlaceDataset;
}

/** How to train: options of the run, of reading images, of describing them. */
export interface TrainSettings extends Partial<TrainOptions> {
  /** How images are read. */
  images?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
  /** Run folder that checkpoints are written to; none are written if left out. */
  run?: string;
  /** Where an earlier run stood, to go on from. */
  resume?: Checkpoint;
}

/** What a training run reports as it goes; tasks print it, notebooks plot it, tests assert on it. */
export type TrainEvent = ProgressEvent | NoteEvent | StepEvent | EpochEvent;

/** Everything that lives as long as the run. */
interface Run extends Course {
  options: Readonly<TrainOptions>;
  train: PlaceDataset;
  trainFeatures: FrozenFeatures;
}

/**
 * Trains `model` in place with mined tuples.
 *
 * Before the first epoch the model is evaluated as it is (epoch 0), so that
 * training can only improve on it, unless `epochZero` says otherwise. Everything
 * random follows from the seed and the epoch: a run that is resumed goes on as if
 * it had not stopped.
 *
 * @param model Created with `trainFrom`, its NetVLAD started from centroids.
 * @param data The splits.
 * @yields One `step` per batch of tuples, one `epoch` per epoch.
 * @returns The model has the parameters of the last epoch; the best are in the run folder.
 * @throws {OptionsError} If an option is wrong, or the loss is no longer a number.
 * @throws {DatasetError} If no query has a potential positive, or an image cannot be read.
 */
export async function* trainModel(
  model: Model,
  data: TrainData,
  settings: TrainSettings = {},
): AsyncGenerator<TrainEvent, TrainResult> {
  const { images = {}, describe, run: output, resume, ...given } = settings;
  const options = resolveTrainOptions(given);
  const { describeBatch, cachePath, featureCacheGigabytes } =
    resolveDescribeOptions(describe);
  yield* leaveWhitening(model);
  const kept = images.skipUnreadable
    ? yield* keepReadableSplits(data, images)
    : data;
  await using folder = await openWorkFolder(cachePath ?? output);
  const store = (split: keyof TrainData) => ({
    path: join(folder.path, `${split}_features.f32`),
    maxBytes: featureCacheGigabytes * 1e9 / 2,
  });
  const open = (split: keyof TrainData): FrozenFeatures =>
    createDatasetFeatures(model, kept[split], images, store(split));
  using train = open("train");
  using validation = open("validation");
  const optimizer = createOptimizer(options, model.variables);
  try {
    return yield* runEpochs({
      model,
      optimizer,
      train: kept.train,
      trainFeatures: train,
      validation: kept.validation,
      features: validation,
      folder: folder.path,
      describeBatch,
      options,
      state: await startState(model, optimizer, resume),
      output,
    });
  } finally {
    optimizer.dispose();
  }
}

async function* keepReadableSplits(
  { train, validation }: TrainData,
  images: Partial<ImageOptions>,
): AsyncGenerator<ProgressEvent | NoteEvent, TrainData> {
  const keptTrain = yield* keepReadable(train, images);
  if (validation === train) return { train: keptTrain, validation: keptTrain };
  return {
    train: keptTrain,
    validation: yield* keepReadable(validation, images),
  };
}

async function* runEpochs(
  run: Run,
): AsyncGenerator<TrainEvent, TrainResult> {
  const { options, state } = run;
  const random = createRandom(options.seed);
  const queries = yield* listTrainQueries(run.train);
  yield* evaluateUntrained(run, { tuples: 0, skipped: 0 });
  while (state.epoch < options.epochs && !hasStopped(run)) {
    const epoch = state.epoch + 1;
    const learningRate = learningRateAt(epoch, options);
    const result = yield* trainEpoch({
      model: run.model,
      optimizer: run.optimizer,
      dataset: run.train,
      source: run.trainFeatures,
      folder: run.folder,
      describeBatch: run.describeBatch,
      options,
      queries,
      cachedNegatives: state.cachedNegatives,
      random: random.fork(`epoch ${epoch}`),
      epoch,
      learningRate,
    });
    state.epoch = epoch;
    yield* endEpoch(run, { ...result, epoch, learningRate });
  }
  return sumUpCourse(run, hasStopped(run));
}

/** Source of counting in epochs: pytorch-NetVlad's main.py. */
function hasStopped({ options, state }: Run): boolean {
  const { patience, patienceIn, evalEvery } = options;
  if (patience === 0) return false;
  return patienceIn === "evaluations"
    ? state.evaluationsSinceBest >= patience
    : state.evaluationsSinceBest > patience / evalEvery;
}
