/**
 * Checkpoints: all that a run needs to go on, and all that a model needs to run.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import type { ModelOptions } from "../model/options.ts";
import {
  writeWeights,
  type WrittenModel,
} from "../model/weights/own_weights.ts";
import { readSafetensors } from "../model/weights/safetensors.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";

/** What an epoch came to. */
export interface EpochResult {
  /** From 1; 0 is before training. */
  epoch: number;
  /** Of its steps. */
  learningRate: number;
  /** Mean loss of its steps; `null` for epoch 0, before training, and where no tuple was left to learn from. */
  loss: number | null;
  /** Tuples learned from; left out where classes are learned. */
  tuples?: number;
  /** Queries without a negative that violates the margin; left out where classes are learned. */
  skipped?: number;
  /** Images learned from, where classes are learned. */
  images?: number;
  /** Recall@N on the validation split by N; `null` if the epoch was not evaluated. */
  recall: Record<string, number> | null;
}

/** Where a run stands, apart from its parameters. */
export interface TrainState {
  /** Epochs that are done. */
  epoch: number;
  /** Largest Recall@5 so far, Recall@1 of classes; -1 before the first evaluation. */
  bestRecall: number;
  /** Evaluations since then. */
  evaluationsSinceBest: number;
  /** Negatives that each query looks at again at its next turn, by query index. */
  cachedNegatives: Record<string, number[]>;
  /** Every epoch so far that was evaluated, in order. */
  history: EpochResult[];
}

/** Where a run stands before its first evaluation. */
export function createTrainState(): TrainState {
  return {
    epoch: 0,
    bestRecall: -1,
    evaluationsSinceBest: 0,
    cachedNegatives: {},
    history: [],
  };
}

/** A checkpoint in memory. */
export interface Checkpoint {
  /** All parameters of the model, by the names of its state dict. */
  parameters: NamedTensors;
  /** What the optimizer remembers. */
  optimizer: NamedTensors;
  /** Where the training stood. */
  state: TrainState;
}

/** Which of a run's checkpoints: the last one, or that of the best Recall@5 (Recall@1 of classes). */
export type CheckpointName = "latest" | "best";

const FILE_NAMES: Record<CheckpointName, string> = {
  latest: "checkpoint.safetensors",
  best: "model_best.safetensors",
};
const OPTIMIZER_PREFIX = "optimizer.";

/** File of a checkpoint in a run folder. */
export function checkpointFile(run: string, name: CheckpointName): string {
  return join(run, "checkpoints", FILE_NAMES[name]);
}

/**
 * Writes a checkpoint: safetensors with pytorch-NetVlad's parameter names, which
 * is a weights file too.
 *
 * @param notes Text by name that the file carries besides.
 * @throws {CheckpointError} If a parameter is not finite or the file cannot be written; what was there stays.
 */
export async function writeCheckpoint(
  path: string,
  model: WrittenModel,
  { parameters, optimizer, state }: Checkpoint,
  notes: Record<string, string> = {},
): Promise<void> {
  const named = [...optimizer].map(([name, tensor]) =>
    [OPTIMIZER_PREFIX + name, tensor] as const
  );
  await writeWeights(path, model, parameters, {
    tensors: new Map(named),
    metadata: { ...notes, state: JSON.stringify(state) },
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws {CheckpointError} If it is not there, damaged, or not written by `writeCheckpoint`.
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(path);
  const parameters: NamedTensors = new Map();
  const optimizer: NamedTensors = new Map();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(OPTIMIZER_PREFIX)) {
      optimizer.set(name.slice(OPTIMIZER_PREFIX.length), tensor);
    } else {
      parameters.set(name.replace(/^encoder\./, "features."), tensor);
    }
  }
  return {
    parameters,
    optimizer,
    state: parseMetadata(path, metadata, "state", isState),
  };
}

function isState(value: object): boolean {
  const { epoch, bestRecall, evaluationsSinceBest, cachedNegatives, history } =
    value as Partial<TrainState>;
  const numbers = [epoch, bestRecall, evaluationsSinceBest];
  return numbers.every(Number.isFinite) && cachedNegatives !== null &&
    typeof cachedNegatives === "object" && Array.isArray(history) &&
    history.every((each) => typeof each === "object" && each !== null);
}

/** The model options that a checkpoint was written with. */
export function readCheckpointOptions(path: string): Partial<ModelOptions> {
  return parseMetadata(path, readSafetensors(path).metadata, "model");
}

/**
 * An object that the metadata of a checkpoint has under a key.
 *
 * @param holds Whether it is what belongs there.
 * @throws {CheckpointError} If it is not there, or is something else.
 */
export function parseMetadata<Value extends object>(
  path: string,
  metadata: Record<string, string>,
  key: string,
  holds: (value: object) => boolean = () => true,
): Value {
  try {
    const value = JSON.parse(metadata[key] ?? "");
    if (typeof value === "object" && value !== null && holds(value)) {
      return value as Value;
    }
    throw new Error("not such an object");
  } catch (cause) {
    throw new CheckpointError("Cannot go on from a checkpoint", {
      where: `${path} (its metadata has no ${key})`,
      fix: "give a run folder that was written by the stage train",
      cause,
    });
  }
}
