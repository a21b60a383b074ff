/**
 * How much a network has to compute.
 *
 * @module
 */
import {
  branchesOf,
  type FeatureSize,
  intermediateSizes,
} from "../model/layers.ts";
import type { Layer } from "../model/network.ts";

/**
 * Floating-point operations of the convolutions for one image: a product and a
 * sum are two. What else layers do is little beside them.
 *
 * @throws {ShapeError} If the image is too small for the layers.
 */
export function countFlops(
  layers: readonly Layer[],
  input: FeatureSize,
): number {
  let flops = 0;
  let size = input;
  for (const layer of layers) {
    const after = intermediateSizes([layer], size).at(-1)!;
    if (layer.kind === "conv") {
      const terms = layer.size ** 2 * size.channels;
      flops += 2 * terms * after.channels * after.height * after.width;
    }
    for (const branch of branchesOf(layer)) flops += countFlops(branch, size);
    size = after;
  }
  return flops;
}

/** Floating-point operations of NetVLAD for one image: the scores, and the sums of residuals. */
export function countNetVladFlops(
  { height, width, channels: D }: FeatureSize,
  K: number,
): number {
  return 2 * 2 * height * width * D * K;
}
