import * as tf from "../../lib/engine/tf.ts";
import type { NetVladOptions, NetVladParams } from "../../lib/model/netvlad.ts";
import type { NetVladReferenceParams } from "../../lib/model/netvlad_reference.ts";
import { VLAD_NORMS, VLAD_ORDERS } from "../../lib/model/options.ts";

/** Images of 2 × 3 local descriptors of 3 channels, and layers of 4 clusters. */
export const [H, W, D, K] = [2, 3, 3, 4];

/** Every choice of norm and order. */
export const VARIANTS: NetVladOptions[] = VLAD_NORMS.flatMap((vladNorm) =>
  VLAD_ORDERS.map((vladOrder) => ({ vladNorm, vladOrder }))
);

/** A case whose values are all different. */
export const FIXED = {
  locals: Array.from(
    { length: H * W },
    (_, p) => Array.from({ length: D }, (_, d) => Math.sin(3 * p + d + 1)),
  ),
  assignWeights: Array.from(
    { length: D },
    (_, d) => Array.from({ length: K }, (_, k) => Math.cos(2 * d + k)),
  ),
  assignBiases: [0.5, -0.25, 0.125, 0],
  centroids: Array.from(
    { length: K },
    (_, k) => Array.from({ length: D }, (_, d) => Math.sin(k - 2 * d) / 2),
  ),
};

/** The parameters of a layer as tensors. */
export function toTensors(params: NetVladReferenceParams): NetVladParams {
  return {
    assignWeights: tf.tensor2d(params.assignWeights),
    assignBiases: tf.tensor1d(params.assignBiases),
    centroids: tf.tensor2d(params.centroids),
  };
}
