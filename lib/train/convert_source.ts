/**
 * Weights to be converted, from a file of any kind or a run folder.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";
import type { ModelOptions } from "../model/options.ts";
import { readEncoderWeights } from "../model/weights/encoder_weights.ts";
import type { EncoderWeights } from "../model/weights/weights_format.ts";
import { findStateDict, readPth } from "../model/weights/pth.ts";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
} from "../model/weights/torch_checkpoint.ts";
import { isDict } from "../pickle_values.ts";
import {
  type Checkpoint,
  type CheckpointName,
  parseMetadata,
  readCheckpoint,
} from "./checkpoint.ts";
import type { TrainOptions } from "./options.ts";
import { readTrainedRun } from "./resume.ts";
import {
  listTorchExtras,
  parseTorchExtras,
  type TorchExtras,
} from "./torch_optimizer.ts";
import { adaptTorchCheckpoint } from "./torch_run_checkpoint.ts";

/** Something of a source that its target does not have. */
export interface LeftOut {
  /** Its name in the source. */
  name: string;
  /** Of a tensor. */
  shape?: number[];
  /** Why the target does not have it. */
  reason: string;
}

/** Weights, and all else that is known of them. */
export interface WeightsSource {
  /** File that they are in. */
  path: string;
  weights: EncoderWeights;
  /** What the file or its run says of the model. */
  stated: Partial<ModelOptions>;
  /** What its run says of the training. */
  train: Partial<TrainOptions>;
  /** Where training stands, if it is a checkpoint. */
  checkpoint?: Checkpoint;
  /** What PyTorch keeps besides, if it was PyTorch's. */
  extras?: TorchExtras;
  leftOut: LeftOut[];
}

/**
 * Reads weights.
 *
 * @param input File of weights of any kind, or run folder of ours or of pytorch-NetVlad.
 * @param name Which checkpoint of a run.
 * @throws {CheckpointError} If there is none, or it is damaged.
 */
export async function readSource(
  input: string,
  name: CheckpointName,
): Promise<WeightsSource> {
  const isRun = (await Deno.stat(input).catch(() => null))?.isDirectory;
  if (!isRun) return await readFile(input);
  const { options, checkpoint } = await readTrainedRun(input, name);
  const { weights: _weights, seed: _seed, ...stated } = options.model;
  return {
    ...await readFile(checkpoint.path),
    stated,
    train: options.train,
    checkpoint,
  };
}

async function readFile(path: string): Promise<WeightsSource> {
  const weights = await readEncoderWeights(path);
  const empty = { path, weights, stated: {}, train: {}, leftOut: [] };
  switch (weights.format) {
    case "keras":
    case "matConvNet":
      return empty;
    case "dvgl":
    case "openIbl":
    case "patchNetVlad":
      return { ...empty, leftOut: listForeign(path) };
    case "torch":
      return { ...empty, ...readTorch(path) };
    case "safetensors":
      return { ...empty, ...readOwn(path, weights.metadata) };
  }
}

/** What a checkpoint of another program has besides its weights. */
function listForeign(path: string): LeftOut[] {
  const content = readPth(path);
  const stateDict = findStateDict(path, content);
  if (stateDict === content || !isDict(content)) return [];
  return Object.entries(content)
    .filter(([, value]) => value !== stateDict)
    .map(([name]) => ({ name, reason: "it is of another program's training" }));
}

function readOwn(
  path: string,
  metadata: Record<string, string>,
): Partial<WeightsSource> {
  const { model, state, torch } = metadata;
  const isOurs = model !== undefined;
  return {
    ...(isOurs && { stated: parseMetadata(path, metadata, "model") }),
    ...(isOurs && state !== undefined && { checkpoint: readCheckpoint(path) }),
    ...(isOurs && torch !== undefined &&
      { extras: parseTorchExtras(path, torch) }),
  };
}

function readTorch(path: string): Partial<WeightsSource> {
  const found = readTorchCheckpoint(path);
  if (found.epoch === undefined) return { extras: listTorchExtras(found) };
  try {
    const checkpoint = adaptTorchCheckpoint(path, found);
    return { checkpoint, extras: listTorchExtras(found) };
  } catch (error) {
    return { ...adaptWithoutOptimizer(path, found, error) };
  }
}

function adaptWithoutOptimizer(
  path: string,
  { optimizer: _optimizer, ...rest }: TorchCheckpoint,
  error: unknown,
): Partial<WeightsSource> {
  if (!(error instanceof CheckpointError)) throw error;
  return {
    checkpoint: adaptTorchCheckpoint(path, rest),
    extras: listTorchExtras(rest),
    leftOut: [{ name: "optimizer", reason: error.where }],
  };
}
