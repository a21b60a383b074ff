/**
 * Which network a golden case was made with: what its weights fit.
 *
 * @module
 */
import { describeNetwork } from "../model/architectures.ts";
import { findNetwork as fitNetwork } from "../model/find_network.ts";
import { listConvolutions } from "../model/layers.ts";
import { ARCH_NAMES, type ArchName, type Network } from "../model/network.ts";
import { readEncoderWeights } from "../model/weights/encoder_weights.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import type { GoldenCase } from "./golden_case.ts";

/** A network, what its channels are divided by, and its weights. */
export interface FoundNetwork {
  arch: ArchName;
  widthDivisor: number;
  network: Network;
  /** File of the weights. */
  weights: string;
  tensors: NamedTensors;
}

/**
 * Finds the network whose weights a case has, by their shapes.
 *
 * @param weights File beside the case.
 * @throws {DatasetError} If they fit none.
 */
export async function findNetwork(
  golden: GoldenCase,
  weights: string,
): Promise<FoundNetwork> {
  const path = golden.pathOf(weights);
  const { tensors } = await readEncoderWeights(path);
  const { misfits, ...found } = fitNetwork(tensors);
  if (misfits > 0) {
    throw golden.fail(`${weights} fits none of ${ARCH_NAMES.join(", ")}`);
  }
  const network = describeNetwork(found.arch, found);
  return { ...found, network, weights: path, tensors };
}

/** The file of weights among the files of a case. */
export function weightsFile(golden: GoldenCase): string {
  const file = golden.notes.files.find((name) => name.endsWith(".pth"));
  if (file !== undefined) return file;
  throw golden.fail("it has no file of weights, .pth");
}

/**
 * The first convolution from an entry of torchvision's `features` on, where training begins.
 *
 * @returns Its name, as `trainFrom` wants it.
 */
export function convolutionFrom(network: Network, entry: number): string {
  const found = listConvolutions(network.layers, 3).find(({ layer }) =>
    Number(layer.weights.split(".")[1]) >= entry
  );
  return found!.layer.name.split("/")[0]!;
}

/** Weights of a network, all together. */
export function countWeights(
  { tensors }: Pick<FoundNetwork, "tensors">,
): number {
  return tensors.values().reduce((sum, { data }) => sum + data.length, 0);
}
