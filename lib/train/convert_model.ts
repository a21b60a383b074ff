/**
 * The model that weights are of.
 *
 * @module
 */
import { headShapes } from "../model/aggregate.ts";
import { describeNetwork } from "../model/architectures.ts";
import { findNetwork } from "../model/find_network.ts";
import { outputChannels, weightShapes } from "../model/layers.ts";
import { adaptNetwork, type Network } from "../model/network.ts";
import { type ModelOptions, resolveModelOptions } from "../model/options.ts";
import { obeyWeights } from "../model/weights/dictated_options.ts";
import { checkTensors, type NamedTensors } from "../model/weights/tensors.ts";
import { nameWhitening } from "../model/weights/whitening_file.ts";
import type { Whitening } from "../model/whitening.ts";
import type { WeightsSource } from "./convert_source.ts";

/** A model as far as it is known. */
export interface SettledModel {
  network: Network;
  /** Without an aggregation layer if nothing tells which. */
  options: Partial<ModelOptions>;
  /** Parameters in the order of the state dict, the whitening last. */
  parameters: NamedTensors;
  /** Parameters that it does not have. */
  extra: NamedTensors;
}

/**
 * Settles which model weights are of, by what is stated and by their names and shapes.
 *
 * @param source The weights, with what their file or run states.
 * @param asked What the caller states: it comes first.
 * @throws {OptionsError} If something is stated that no model has, or that the weights contradict.
 * @throws {CheckpointError} If the weights do not fit; it names every tensor that does not.
 */
export function settleModel(
  { path, weights: found, stated }: WeightsSource,
  asked: Partial<ModelOptions>,
): SettledModel {
  const { options: known, weights } = obeyWeights(
    path,
    { ...stated, ...asked },
    found,
  );
  resolveModelOptions(known);
  const tensors: NamedTensors = new Map([
    ...found.tensors,
    ...found.head,
    ...(found.whitening ? nameWhitening(found.whitening) : []),
  ]);
  const { arch, misfits: _misfits, ...shape } = findNetwork(
    tensors,
    known.arch && [known.arch],
  );
  const options: Partial<ModelOptions> = { ...shape, ...known, arch };
  const resolved = resolveModelOptions(options);
  const network = adaptNetwork(
    describeNetwork(arch, resolved),
    weights,
  );
  const D = outputChannels(network.layers, 3);
  const needed = new Map([
    ...weightShapes(network.layers, 3),
    ...(options.pooling ? headShapes(resolved, D) : []),
    ...(options.pooling && weights.whitening
      ? whiteningShapes(weights.whitening)
      : []),
  ]);
  const extra = checkTensors(`${path} as ${arch}`, tensors, needed);
  return {
    network,
    options,
    parameters: pick(tensors, [...needed.keys()]),
    extra: pick(tensors, extra),
  };
}

function whiteningShapes(whitening: Whitening): [string, number[]][] {
  return [...nameWhitening(whitening)].map((
    [name, { shape }],
  ) => [name, shape]);
}

function pick(tensors: NamedTensors, names: readonly string[]): NamedTensors {
  return new Map(names.map((name) => [name, tensors.get(name)!]));
}
