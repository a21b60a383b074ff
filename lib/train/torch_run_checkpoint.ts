/**
 * Checkpoints in the run folders of pytorch-NetVlad, as ours.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
  type TorchOptimizer,
} from "../model/weights/torch_checkpoint.ts";
import type { NamedTensor, NamedTensors } from "../model/weights/tensors.ts";
import type { Checkpoint, CheckpointName } from "./checkpoint.ts";

/** A checkpoint of pytorch-NetVlad, and which of its parameters were trained. */
export interface TorchRunCheckpoint extends Checkpoint {
  /** Trained parameters by their names here; all from one on. Left out if there is no optimizer to tell. */
  trained?: string[];
}

const FILE_NAMES: Record<CheckpointName, string> = {
  latest: "checkpoint.pth.tar",
  best: "model_best.pth.tar",
};

/** What each optimizer remembers of a parameter, as PyTorch calls it. */
const BUFFERS: Record<TorchOptimizer["kind"], readonly string[]> = {
  sgd: ["momentum_buffer"],
  adam: ["exp_avg", "exp_avg_sq"],
  unknown: [],
};

/** File of a checkpoint in a run folder of pytorch-NetVlad. */
export function torchCheckpointFile(run: string, name: CheckpointName): string {
  return join(run, "checkpoints", FILE_NAMES[name]);
}

/**
 * Reads a checkpoint of a run of pytorch-NetVlad.
 *
 * @throws {CheckpointError} If it is not there, damaged, or not of a run that can go on.
 */
export function readTorchRunCheckpoint(path: string): TorchRunCheckpoint {
  return adaptTorchCheckpoint(path, readTorchCheckpoint(path));
}

/**
 * Makes a checkpoint of ours of one of pytorch-NetVlad.
 *
 * What that does not keep is as at the start of a run: the cached negatives. Its history
 * is its one epoch.
 *
 * @param path The file, for errors.
 * @throws {CheckpointError} If it does not say its epoch, or its optimizer does not fit its parameters.
 */
export function adaptTorchCheckpoint(
  path: string,
  found: TorchCheckpoint,
): TorchRunCheckpoint {
  const { epoch, bestScore = -1, recalls = null, optimizer, tensors } = found;
  if (epoch === undefined) {
    throw new CheckpointError("Cannot go on from a checkpoint", {
      where: `${path} (it does not say which epoch it is of)`,
      fix: "set weights to this file, to begin a new run with it",
    });
  }
  const trained = optimizer && listTrained(path, tensors, optimizer);
  return {
    parameters: new Map(
      [...tensors].map(([name, tensor]) => [ourName(name), tensor]),
    ),
    optimizer: optimizer && trained
      ? nameBuffers(path, tensors, optimizer, trained)
      : new Map(),
    state: {
      epoch,
      bestRecall: bestScore,
      evaluationsSinceBest: 0,
      cachedNegatives: {},
      history: [{
        epoch,
        learningRate: Number(optimizer?.groups[0]?.options["lr"] ?? 0),
        loss: null,
        tuples: 0,
        skipped: 0,
        recall: recalls,
      }],
    },
    ...(trained && { trained: trained.map(({ name }) => ourName(name)) }),
  };
}

/** `encoder.0.weight` is `features.0.weight` here. */
function ourName(name: string): string {
  return name.replace(/^encoder\./, "features.");
}

/** A trained parameter, and its number in the optimizer. */
interface Trained {
  name: string;
  number: number;
}

/** What a batch normalisation counts, which no optimizer moves. */
const BUFFER = /\.(running_mean|running_var|num_batches_tracked)$/;

/** The optimizer has the trained parameters in the order of the state dict, of which they are the last. */
function listTrained(
  path: string,
  tensors: NamedTensors,
  { groups }: TorchOptimizer,
): Trained[] {
  const numbers = groups.flatMap(({ params }) => params);
  const names = [...tensors.keys()].filter((name) => !BUFFER.test(name));
  if (numbers.length === 0 || numbers.length > names.length) {
    throw misfit(
      path,
      `its optimizer moves ${numbers.length} parameters of ${names.length}`,
    );
  }
  return names.slice(-numbers.length)
    .map((name, i) => ({ name, number: numbers[i]! }));
}

/** The optimizer's tensors by their names here: zeros for those of parameters that it has not moved yet. */
function nameBuffers(
  path: string,
  tensors: NamedTensors,
  { kind, state }: TorchOptimizer,
  trained: readonly Trained[],
): NamedTensors {
  if (kind === "unknown") {
    throw misfit(path, "its optimizer is neither SGD nor Adam");
  }
  const steps = new Set(trained.map(({ number }) => state.get(number)?.step));
  if (steps.size > 1) {
    throw misfit(path, "its optimizer moved some parameters more often");
  }
  const [step = 0] = steps;
  const named: NamedTensors = new Map([
    ["step", { shape: [1], data: Float32Array.of(step) }],
  ]);
  for (const { name, number } of trained) {
    const { shape } = tensors.get(name)!;
    for (const buffer of BUFFERS[kind]) {
      const found = state.get(number)?.buffers.get(buffer) ?? zeros(shape);
      if (`${found.shape}` !== `${shape}`) {
        throw misfit(
          path,
          `${buffer} of ${name} is [${found.shape.join(", ")}], not [${
            shape.join(", ")
          }]`,
        );
      }
      named.set(`${buffer}.${ourName(name)}`, found);
    }
  }
  return named;
}

function zeros(shape: number[]): NamedTensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, data: new Float32Array(length) };
}

/** The error of an optimizer that does not fit. */
export function misfit(path: string, reason: string): CheckpointError {
  return new CheckpointError(
    "Cannot go on with the optimizer of a checkpoint",
    {
      where: `${path} (${reason})`,
      fix: "set weights to this file, to begin a new run with it",
    },
  );
}
