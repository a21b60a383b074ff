/**
 * Which part of a network a run trains.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import { describeNetwork } from "../model/architectures.ts";
import type { ModelOptions } from "../model/options.ts";
import type { TrainOptions } from "./options.ts";

/**
 * The first layer that is trained: the first of all, the one asked for, or the network's own choice.
 *
 * @returns For `trainFrom` of `createModel`.
 * @throws {OptionsError} If the network cannot be trained from scratch.
 */
export function firstTrainedLayer(
  { arch = "vgg16" }: Partial<Pick<ModelOptions, "arch">>,
  { fromScratch, trainFrom }: Partial<
    Pick<TrainOptions, "fromScratch" | "trainFrom">
  >,
): string {
  const network = describeNetwork(arch);
  if (!fromScratch) return trainFrom ?? network.trainFrom;
  const [first] = network.layers;
  if (first?.kind === "conv") return first.name;
  throw new OptionsError("Cannot train from scratch", {
    where: `network ${network.name}`,
    fix: "give trainFrom",
  });
}

/**
 * The same, told by the parameters that are trained.
 *
 * @param first Name of the first trained parameter, such as `features.24.weight`.
 * @returns `undefined` if no layer begins with it.
 */
export function findTrainedLayer(
  { arch = "vgg16" }: Partial<Pick<ModelOptions, "arch">>,
  first: string,
): string | undefined {
  const layer = describeNetwork(arch).layers.find((each) =>
    each.kind === "conv" && first === `${each.weights}.weight`
  );
  return layer?.kind === "conv" ? layer.name : undefined;
}
