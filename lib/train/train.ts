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
import {
  evaluateFeatures,
  type Evaluation,
  noteMissing,
} from "../evaluate/evaluate.ts";
import { resolveEvaluateOptions } from "../evaluate/options.ts";
import type { Model } from "../model/model.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import { createRandom } from "../random.ts";
import {
  type Checkpoint,
  checkpointFile,
  createTrainState,
  type EpochResult,
  type TrainState,
  writeCheckpoint,
} from "./checkpoint.ts";
import {
  createOptimizer,
  learningRateAt,
  type Optimizer,
} from "./optimizer.ts";
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

/** An epoch has ended. */
export interface EpochEvent extends EpochResult {
  /** An epoch is over, and evaluated. */
  kind: "epoch";
  /** Whether its Recall@5 is the largest so far. */
  isBest: boolean;
  /** Of the validation split; `null` if the epoch was not evaluated. The run keeps none of it. */
  evaluation: Evaluation | null;
}

/** What a training run reports as it goes; tasks print it, notebooks plot it, tests assert on it. */
export type TrainEvent = ProgressEvent | NoteEvent | StepEvent | EpochEvent;

/** How a training run ended. */
export interface TrainResult {
  /** Epochs that the model has been trained for, those before a resume included. */
  epochs: number;
  /** Largest Recall@5 on the validation split. */
  bestRecall: number;
  /** Whether it ended because Recall@5 did not improve for `patience` evaluations. */
  stoppedEarly: boolean;
  /** Every epoch that was evaluated, in order. */
  history: EpochResult[];
}

/** Recall@N of the validation split that are logged; @5 decides. */
const RECALL_AT = [1, 5, 10, 20];

/** Everything that lives as long as the run. */
interface Run {
  model: Model;
  data: TrainData;
  options: Readonly<TrainOptions>;
  describeBatch: number;
  folder: string;
  features: { train: FrozenFeatures; validation: FrozenFeatures };
  optimizer: Optimizer;
  state: TrainState;
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
    const state = await startState(model, optimizer, resume);
    return yield* runEpochs({
      model,
      data: kept,
      options,
      describeBatch,
      folder: folder.path,
      features: { train, validation },
      optimizer,
      state,
    }, output);
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

async function startState(
  model: Model,
  optimizer: Optimizer,
  resume: Checkpoint | undefined,
): Promise<TrainState> {
  if (resume === undefined) return createTrainState();
  const source = "the checkpoint to resume";
  model.importTensors(source, resume.parameters);
  if (resume.optimizer.size > 0) {
    await optimizer.importState(source, resume.optimizer);
  }
  return structuredClone(resume.state);
}

async function* runEpochs(
  run: Run,
  output: string | undefined,
): AsyncGenerator<TrainEvent, TrainResult> {
  const { options, state } = run;
  const random = createRandom(options.seed);
  const queries = yield* listTrainQueries(run.data.train);
  if (state.history.length === 0 && options.epochZero !== "none") {
    yield* endEpoch(run, untrained(), output);
  }
  while (state.epoch < options.epochs && !hasStopped(run)) {
    const epoch = state.epoch + 1;
    const learningRate = learningRateAt(epoch, options);
    const result = yield* trainEpoch({
      model: run.model,
      optimizer: run.optimizer,
      dataset: run.data.train,
      source: run.features.train,
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
    yield* endEpoch(run, { ...result, epoch, learningRate }, output);
  }
  return {
    epochs: state.epoch,
    bestRecall: state.bestRecall,
    stoppedEarly: hasStopped(run),
    history: state.history,
  };
}

function untrained(): Omit<EpochResult, "recall"> {
  return { epoch: 0, learningRate: 0, loss: null, tuples: 0, skipped: 0 };
}

/** Source of counting in epochs: pytorch-NetVlad's main.py. */
function hasStopped({ options, state }: Run): boolean {
  const { patience, patienceIn, evalEvery } = options;
  if (patience === 0) return false;
  return patienceIn === "evaluations"
    ? state.evaluationsSinceBest >= patience
    : state.evaluationsSinceBest > patience / evalEvery;
}

/** Evaluates if it is time to, remembers the result and writes the checkpoints. */
async function* endEpoch(
  run: Run,
  result: Omit<EpochResult, "recall">,
  output: string | undefined,
): AsyncGenerator<TrainEvent, void> {
  const { model, options, state } = run;
  const isDue = result.epoch % options.evalEvery === 0 ||
    result.epoch === options.epochs;
  const evaluation = isDue ? yield* validate(run) : null;
  const recall = evaluation && Object.fromEntries(evaluation.recall);
  const counts = recall !== null &&
    (result.epoch > 0 || options.epochZero === "counts");
  const isBest = counts && recall["5"]! > state.bestRecall;
  if (isBest) {
    state.bestRecall = recall["5"]!;
    state.evaluationsSinceBest = 0;
  } else if (counts) state.evaluationsSinceBest++;
  state.history.push({ ...result, recall });
  if (output !== undefined) {
    const checkpoint = {
      parameters: await model.exportTensors(),
      optimizer: await run.optimizer.exportState(),
      state,
    };
    if (isBest) {
      await writeCheckpoint(checkpointFile(output, "best"), model, checkpoint);
    }
    await writeCheckpoint(checkpointFile(output, "latest"), model, checkpoint);
  }
  yield { kind: "epoch", ...result, recall, isBest, evaluation };
}

async function* validate(
  { model, data, features, folder, describeBatch, state }: Run,
): AsyncGenerator<TrainEvent, Evaluation> {
  const evaluation = yield* evaluateFeatures(model, data.validation, {
    source: features.validation,
    folder,
    describeBatch,
    options: resolveEvaluateOptions({ recallAt: RECALL_AT }),
  });
  const isFirst = state.history.every(({ recall }) => recall === null);
  if (isFirst) yield* noteMissing(evaluation);
  return evaluation;
}
