/**
 * The files that weights are converted to.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import { writeBytesWhole } from "../files.ts";
import { createModel } from "../model/create_model.ts";
import { encodeOnnxModel } from "../model/onnx_model.ts";
import { isCgd } from "../model/options.ts";
import { writeWeights } from "../model/weights/own_weights.ts";
import {
  writeTorchCheckpoint,
  writeTorchStateDict,
} from "../model/weights/pth_write.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import type { TorchOptimizer } from "../model/weights/torch_checkpoint.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { SettledModel } from "./convert_model.ts";
import type { TargetFormat } from "./convert_options.ts";
import { orderAsTorch } from "./convert_order.ts";
import type { WeightsSource } from "./convert_source.ts";
import { toTorchOptimizer } from "./torch_optimizer.ts";

/** What a target has of the optimizer. */
export interface WrittenTarget {
  /** Name of a parameter in the target; `undefined` if it has no use for it. */
  nameParameter(name: string): string | undefined;
  /** The optimizer as it was written: ours, PyTorch's, or none. */
  optimizer: "ours" | TorchOptimizer | undefined;
}

/**
 * Writes weights in a format.
 *
 * @throws {OptionsError} If the format needs to know more of the model.
 * @throws {CheckpointError} If the file cannot be written; what was there stays.
 */
export async function writeTarget(
  output: string,
  format: TargetFormat,
  source: WeightsSource,
  model: SettledModel,
): Promise<WrittenTarget> {
  switch (format) {
    case "safetensors":
      return await writeOwn(output, source, model);
    case "checkpoint":
      return await writeTorch(output, source, model);
    case "stateDict":
      return await writeStateDict(output, model);
    case "onnx":
      return await writeOnnx(output, source, model);
  }
}

/** `features.0.weight` is `encoder.0.weight` in pytorch-NetVlad, and in our files. */
function nameInTorch(name: string): string {
  return name.replace(/^features\./, "encoder.");
}

/** The auxiliary head of CGD classifies, which only training needs. */
function isAuxiliary(name: string): boolean {
  return name.startsWith("auxiliary_module.");
}

/** The same in a `DataParallel`. */
function nameInParallel(name: string): string {
  return nameInTorch(name).replace(".", ".module.");
}

function renamed(
  tensors: NamedTensors,
  rename: (name: string) => string,
): NamedTensors {
  return new Map(
    [...tensors].map(([name, tensor]) => [rename(name), tensor]),
  );
}

/** Writes parameters by the names of the program that has such models: those of CGD are as here. */
async function writeStateDict(
  output: string,
  model: SettledModel,
): Promise<WrittenTarget> {
  const nameParameter = isCgd(model.options.pooling)
    ? (name: string): string => name
    : nameInTorch;
  await writeTorchStateDict(
    output,
    renamed(orderAsTorch(model), nameParameter),
  );
  return { nameParameter, optimizer: undefined };
}

async function writeOwn(
  output: string,
  { checkpoint, extras }: WeightsSource,
  model: SettledModel,
): Promise<WrittenTarget> {
  const { parameters } = model;
  if (checkpoint === undefined) {
    await writeWeights(output, model, parameters);
    return { nameParameter: nameInTorch, optimizer: undefined };
  }
  const { optimizer, state } = checkpoint;
  await writeCheckpoint(
    output,
    model,
    { parameters, optimizer, state },
    extras && { torch: JSON.stringify(extras) },
  );
  return { nameParameter: nameInTorch, optimizer: "ours" };
}

async function writeTorch(
  output: string,
  { path, checkpoint, extras, train }: WeightsSource,
  model: SettledModel,
): Promise<WrittenTarget> {
  const { parameters } = model;
  const parallel = extras?.parallel ?? false;
  const nameParameter = parallel ? nameInParallel : nameInTorch;
  const tensors = renamed(orderAsTorch(model), nameParameter);
  if (checkpoint === undefined) {
    await writeTorchCheckpoint(output, { tensors, parallel });
    return { nameParameter, optimizer: undefined };
  }
  const { epoch, bestRecall, history } = checkpoint.state;
  const last = history.at(-1);
  const recalls = last?.recall;
  const optimizer = checkpoint.optimizer.size === 0
    ? undefined
    : toTorchOptimizer(path, {
      optimizer: checkpoint.optimizer,
      parameters,
      ...(extras?.optimizer && { extras: extras.optimizer }),
      train,
      learningRate: last?.learningRate ?? 0,
    });
  await writeTorchCheckpoint(output, {
    tensors,
    epoch,
    bestScore: bestRecall,
    ...(recalls && { recalls }),
    ...(optimizer && { optimizer }),
    parallel,
  });
  return { nameParameter, optimizer };
}

async function writeOnnx(
  output: string,
  { path }: WeightsSource,
  { options }: SettledModel,
): Promise<WrittenTarget> {
  if (options.pooling === undefined) {
    throw new OptionsError("Cannot make a describer of an encoder alone", {
      where: `${path} has no aggregation layer`,
      fix: "set pooling to max, avg or gem, or give weights with NetVLAD",
    });
  }
  const model = await createModel(
    { ...options, weights: path },
    { engine: "wasm" },
  );
  try {
    await writeBytesWhole(output, await encodeOnnxModel(model));
  } finally {
    await model.dispose();
  }
  return {
    nameParameter: (name) => isAuxiliary(name) ? undefined : name,
    optimizer: undefined,
  };
}
