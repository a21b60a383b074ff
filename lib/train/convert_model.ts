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
import { checkTensors, type NamedTensors } from "../model/weights/tensors.ts";
import type { WeightsSource } from "./convert_source.ts";

/** A model as far as it is known. */
export interface SettledModel {
  network: Network;
  /** Without an aggregation layer if nothing tells which. */
  options: Partial<ModelOptions>;
  /** Parameters in the order of the state dict. */
  parameters: NamedTensors;
  /** Names of the parameters that it does not have. */
  extra: string[];
}

/**
 * Settles which model weights are of, by what is stated and by their names and shapes.
 *
 * @param source The weights, with what their file or run states.
 * @param asked What the caller states: it comes first.
 * @throws {OptionsError} If something is stated that no model has.
 * @throws {CheckpointError} If the weights do not fit; it names every tensor that does not.
 */
export function settleModel(
  { path, weights, stated }: WeightsSource,
  asked: Partial<ModelOptions>,
): SettledModel {
  const tensors = new Map([...weights.tensors, ...weights.head]);
  const known = { ...stated, ...asked };
  resolveModelOptions(known);
  const { arch, widthDivisor } = findNetwork(
    tensors,
    known.arch && [known.arch],
  );
  const options: Partial<ModelOptions> = {
    widthDivisor,
    ...((known.pooling ?? "netvlad") === "netvlad" && readHead(weights.head)),
    ...known,
    arch,
  };
  const resolved = resolveModelOptions(options);
  const network = adaptNetwork(
    describeNetwork(arch, resolved.widthDivisor),
    weights,
  );
  const D = outputChannels(network.layers, 3);
  const needed = new Map([
    ...weightShapes(network.layers, 3),
    ...(options.pooling ? headShapes(resolved, D) : []),
  ]);
  const extra = checkTensors(`${path} as ${arch}`, tensors, needed);
  const parameters: NamedTensors = new Map(
    [...needed.keys()].map((name) => [name, tensors.get(name)!]),
  );
  return { network, options, parameters, extra };
}

/** What the parameters of a head tell of it. */
function readHead(head: NamedTensors): Partial<ModelOptions> {
  const [numClusters] = head.get("pool.centroids")?.shape ?? [];
  if (numClusters === undefined) return {};
  return {
    pooling: "netvlad",
    numClusters,
    vladV2: head.has("pool.conv.bias"),
  };
}
