/**
 * Which part of a network a run trains.
 *
 * @module
 */
import {
  describeNetwork,
  type NetworkOptions,
} from "../model/architectures.ts";
import { findPart, listParts } from "../model/layer_names.ts";
import { weightShapes } from "../model/layers.ts";
import { MODEL_DEFAULTS, type ModelOptions } from "../model/options.ts";
import type { TrainOptions } from "./options.ts";

/** What decides the layers of a network. */
export type NetworkChoice =
  & NetworkOptions
  & Partial<Pick<ModelOptions, "arch">>;

/**
 * The first layer that is trained: the first of all, the one asked for, or the network's own choice.
 *
 * @returns For `trainFrom` of `createModel`.
 * @throws {OptionsError} If the network has no such layer; it lists those that are there.
 */
export function firstTrainedLayer(
  { arch = MODEL_DEFAULTS.arch, ...options }: NetworkChoice,
  { fromScratch, trainFrom }: Partial<
    Pick<TrainOptions, "fromScratch" | "trainFrom">
  >,
): string {
  const network = describeNetwork(arch, options);
  if (fromScratch) return listParts(network.layers)[0]!.name;
  if (trainFrom === undefined) return network.trainFrom;
  return findPart(arch, network.layers, trainFrom, "trainFrom").name;
}

/**
 * The same, told by the parameters that are trained.
 *
 * @param first Name of the first trained parameter, such as `features.24.weight`.
 * @returns `undefined` if no layer begins with it.
 */
export function findTrainedLayer(
  { arch = MODEL_DEFAULTS.arch, ...options }: NetworkChoice,
  first: string,
): string | undefined {
  const { layers } = describeNetwork(arch, options);
  return listParts(layers).find(({ start, end }) => {
    const [name] = weightShapes(layers.slice(start, end), 0).keys();
    return name === first;
  })?.name;
}
