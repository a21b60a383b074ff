/**
 * R-MAC as a head.
 *
 * @module
 */
import type * as tf from "../../engine/tf.ts";
import { checkShape } from "../../check.ts";
import type { Aggregator } from "../aggregator.ts";
import { rmacPool } from "../rmac.ts";
import type { NamedTensors } from "../weights/tensors.ts";
import type { Whitening } from "../whitening.ts";
import { addRmac } from "./rmac_graph.ts";

/** Name of the whitening of regions, as `torch.nn.Linear` has it. */
export const REGION_WEIGHT = "pool.whiten.weight";

/** Name of its offset. */
export const REGION_BIAS = "pool.whiten.bias";

/** Regional maximum activations of convolutions (R-MAC), D values. See `rmacPool`. */
export const RMAC: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: ({ rmacWhiten }, D) =>
    new Map(rmacWhiten ? [[REGION_WEIGHT, [D, D]], [REGION_BIAS, [D]]] : []),
  start: ({ rmacWhiten }, D) => {
    if (!rmacWhiten) return new Map();
    const identity = new Float32Array(D * D); // [D, D]
    for (let d = 0; d < D; d++) identity[d * D + d] = 1;
    return new Map([
      [REGION_WEIGHT, { shape: [D, D], data: identity }],
      [REGION_BIAS, { shape: [D], data: new Float32Array(D) }],
    ]);
  },
  aggregate: (features, { rmacLevels, rmacWhiten }, params) =>
    rmacPool(
      features,
      rmacLevels,
      rmacWhiten
        ? {
          weight: params.get(REGION_WEIGHT) as tf.Tensor2D,
          bias: params.get(REGION_BIAS) as tf.Tensor1D,
        }
        : undefined,
    ),
  addToGraph: (draft, features, { rmacLevels, rmacWhiten }, tensors) =>
    addRmac(
      draft,
      features,
      rmacLevels,
      rmacWhiten
        ? {
          weight: tensors.get(REGION_WEIGHT)!,
          bias: tensors.get(REGION_BIAS)!,
        }
        : undefined,
    ),
};

/**
 * Parameters of R-MAC from a whitening of its regions.
 *
 * @throws {ShapeError} If it is not from vectors of length D to such.
 */
export function headFromWhitening(
  D: number,
  { projection, offset }: Whitening,
): NamedTensors {
  checkShape("projection", projection.shape, "D D", { D });
  checkShape("offset", offset.shape, "D", { D });
  return new Map([[REGION_WEIGHT, projection], [REGION_BIAS, offset]]);
}
