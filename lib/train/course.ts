/**
 * The course of a training: where it starts, and how each of its epochs ends.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { FrozenFeatures } from "../describe/frozen_features.ts";
import { evaluateFeatures, noteMissing } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { resolveEvaluateOptions } from "../evaluate/options.ts";
import { OptionsError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import {
  type Checkpoint,
  checkpointFile,
  createTrainState,
  type EpochResult,
  type TrainState,
  writeCheckpoint,
} from "./checkpoint.ts";
import type { Optimizer } from "./optimizer.ts";
import type { TrainOptions } from "./options.ts";

/** An epoch has ended. */
export interface EpochEvent extends EpochResult {
  /** An epoch is over, and evaluated. */
  kind: "epoch";
  /** Whether its recall that decides (`decisiveN`) is the largest so far. */
  isBest: boolean;
  /** Of the validation split; `null` if the epoch was not evaluated. The run keeps none of it. */
  evaluation: Evaluation | null;
}

/** How a training run ended. */
export interface TrainResult {
  /** Epochs that the model has been trained for, those before a resume included. */
  epochs: number;
  /** Largest Recall@`decisiveN` on the validation split. */
  bestRecall: number;
  /** The N that decides: 1 where the validation split has classes, 5 where it has places. */
  decisiveN: 1 | 5;
  /** Whether it ended because that recall did not improve for `patience` evaluations. */
  stoppedEarly: boolean;
  /** Every epoch that was evaluated, in order. */
  history: EpochResult[];
}

/** What lives as long as a training. */
export interface Course {
  model: Model;
  optimizer: Optimizer;
  /** The split that decides which epoch was best, and its frozen features. */
  validation: PlaceDataset;
  features: FrozenFeatures;
  /** Folder for descriptors while they are needed. */
  folder: string;
  describeBatch: number;
  options: Pick<TrainOptions, "epochs" | "evalEvery" | "epochZero">;
  state: TrainState;
  /** Run folder that checkpoints are written to, if any. */
  output: string | undefined;
}

/** Recall@N of the validation split that are logged. */
const RECALL_AT = { places: [1, 5, 10, 20], classes: [1, 2, 4, 8] } as const;

/** The N of the Recall@N by which the best epoch is chosen: 1 for classes, 5 for places. */
export function decisiveN({ unit }: Pick<PlaceDataset, "unit">): 1 | 5 {
  return unit === "classes" ? 1 : 5;
}

/**
 * Puts a model and its optimizer where an earlier run stood, if there was one.
 *
 * @returns Where the training stands, the caller's own.
 * @throws {CheckpointError} If the checkpoint is of another model or optimizer.
 */
export async function startState(
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

/**
 * Evaluates before the first epoch, unless that is done or not wanted.
 *
 * @param counts What an epoch counts, all 0.
 */
export async function* evaluateUntrained(
  course: Course,
  counts: Partial<EpochResult>,
): AsyncGenerator<ProgressEvent | NoteEvent | EpochEvent, void> {
  const { state, options } = course;
  if (state.history.length > 0 || options.epochZero === "none") return;
  yield* endEpoch(course, { ...counts, epoch: 0, learningRate: 0, loss: null });
}

/**
 * Checks the loss of a step, before the step is made.
 *
 * @throws {OptionsError} If it is not a number.
 */
export function checkLoss(
  loss: number,
  { epoch, step }: { epoch: number; step: number },
): void {
  if (Number.isFinite(loss)) return;
  throw new OptionsError(`Cannot go on training: the loss is ${loss}`, {
    where: `epoch ${epoch}, step ${step}`,
    fix: "lower learningRate, and resume from the last checkpoint",
  });
}

/** Evaluates if it is time to, remembers the result and writes the checkpoints. */
export async function* endEpoch(
  course: Course,
  result: Omit<EpochResult, "recall">,
): AsyncGenerator<ProgressEvent | NoteEvent | EpochEvent, void> {
  const { options, state, validation } = course;
  const isDue = result.epoch % options.evalEvery === 0 ||
    result.epoch === options.epochs;
  const evaluation = isDue ? yield* validate(course) : null;
  const recall = evaluation && Object.fromEntries(evaluation.recall);
  const counts = recall !== null &&
    (result.epoch > 0 || options.epochZero === "counts");
  const decisive = recall?.[decisiveN(validation)] ?? 0;
  const isBest = counts && decisive > state.bestRecall;
  if (isBest) {
    state.bestRecall = decisive;
    state.evaluationsSinceBest = 0;
  } else if (counts) state.evaluationsSinceBest++;
  state.history.push({ ...result, recall });
  await writeCheckpoints(course, isBest);
  yield { kind: "epoch", ...result, recall, isBest, evaluation };
}

async function writeCheckpoints(
  { model, optimizer, state, output }: Course,
  isBest: boolean,
): Promise<void> {
  if (output === undefined) return;
  const checkpoint = {
    parameters: await model.exportTensors(),
    optimizer: await optimizer.exportState(),
    state,
  };
  if (isBest) {
    await writeCheckpoint(checkpointFile(output, "best"), model, checkpoint);
  }
  await writeCheckpoint(checkpointFile(output, "latest"), model, checkpoint);
}

async function* validate(
  { model, validation, features, folder, describeBatch, state }: Course,
): AsyncGenerator<ProgressEvent | NoteEvent, Evaluation> {
  const kind = validation.unit === "classes" ? "classes" : "places";
  const evaluation = yield* evaluateFeatures(model, validation, {
    source: features,
    folder,
    describeBatch,
    options: resolveEvaluateOptions({ recallAt: RECALL_AT[kind] }),
  });
  const isFirst = state.history.every(({ recall }) => recall === null);
  if (isFirst) yield* noteMissing(evaluation);
  return evaluation;
}

/** How a training came out. */
export function sumUpCourse(
  { state, validation }: Course,
  stoppedEarly: boolean,
): TrainResult {
  return {
    epochs: state.epoch,
    bestRecall: state.bestRecall,
    decisiveN: decisiveN(validation),
    stoppedEarly,
    history: state.history,
  };
}
