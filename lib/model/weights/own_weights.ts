/**
 * Files of weights of ours: safetensors with pytorch-NetVlad's parameter names, which say
 * how the network is used.
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";
import type { Network } from "../network.ts";
import type { ModelOptions } from "../options.ts";
import { writeSafetensors } from "./safetensors.ts";
import type { NamedTensors } from "./tensors.ts";

/** A network, and the options of its model as far as they are known. */
export interface WrittenModel {
  /** Its normalisation and its pooling are kept. */
  network: Network;
  /** Those that decide on descriptors are kept. */
  options: Partial<ModelOptions>;
}

/** What a file has besides parameters. */
export interface WrittenExtras {
  /** By their names in the file. */
  tensors?: NamedTensors;
  /** Text by name. */
  metadata?: Record<string, string>;
}

/**
 * Writes parameters: a weights file.
 *
 * @param parameters All that the model exports, its whitening among them.
 * @throws {CheckpointError} If a parameter is not finite or the file cannot be written; what was there stays.
 */
export async function writeWeights(
  path: string,
  { network: { normalization, layers }, options }: WrittenModel,
  parameters: NamedTensors,
  extras: WrittenExtras = {},
): Promise<void> {
  const tensors: NamedTensors = new Map(extras.tensors);
  for (const [name, tensor] of parameters) {
    checkFinite(path, name, tensor.data);
    tensors.set(name.replace(/^features\./, "encoder."), tensor);
  }
  const pool = layers.find((layer) => layer.kind === "maxPool");
  const { weights: _weights, seed: _seed, vladInit: _init, ...told } = options;
  await writeSafetensors(path, {
    tensors,
    metadata: {
      ...extras.metadata,
      normalization: JSON.stringify(normalization),
      ...(pool && { poolCeilMode: JSON.stringify(pool.ceilMode) }),
      model: JSON.stringify(Object.fromEntries(Object.entries(told).sort())),
    },
  });
}

function checkFinite(path: string, name: string, values: Float32Array): void {
  if (values.every(Number.isFinite)) return;
  throw new CheckpointError("Cannot keep parameters that are not numbers", {
    where: `${name} for ${path}`,
    fix: "resume from the last checkpoint with a lower learningRate",
  });
}
