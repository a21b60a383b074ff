/**
 * The average as a head: SPoC.
 *
 * @module
 */
import type { Aggregator } from "../aggregator.ts";
import { BORDER_PER_SIGMA, centerPool } from "../center_prior.ts";
import {
  addIntegers,
  addNode,
  addScalar,
  addSize,
  type Draft,
} from "../onnx_draft.ts";
import { addPool, addPoolUnit } from "../onnx_head_parts.ts";
import { averagePool } from "../pooling.ts";

/** The average over positions (SPoC), D values. See `averagePool` and `centerPool`. */
export const AVERAGE: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: () => new Map(),
  start: () => new Map(),
  aggregate: (features, { centerPrior, poolNorm }) =>
    centerPrior
      ? centerPool(features, poolNorm)
      : averagePool(features, poolNorm),
  addToGraph: (draft, features, { centerPrior, poolNorm }) =>
    addPoolUnit(
      draft,
      features,
      poolNorm,
      (features) =>
        centerPrior
          ? addCenterSums(draft, features)
          : addPool(draft, "GlobalAveragePool", features),
    ),
};

/** See `centerPool`; `[N, D]`, not normalised. */
function addCenterSums(draft: Draft, features: string): string {
  const h = addSize(draft, features, 2);
  const w = addSize(draft, features, 3);
  const down = addOffsets(draft, h); // [h]
  const right = addOffsets(draft, w); // [w]
  const rows = addNode(draft, "Unsqueeze", [down, addIntegers(draft, [1])]);
  const distances = addNode(draft, "Add", [rows, right]); // [h, w]
  const least = addNode(draft, "Min", [h, w]);
  const sigma = addNode(draft, "Mul", [
    least,
    addScalar(draft, BORDER_PER_SIGMA / 2),
  ]);
  const spread = addNode(draft, "Mul", [
    addNode(draft, "Mul", [sigma, sigma]),
    addScalar(draft, -2),
  ]);
  const scaled = addNode(draft, "Div", [distances, spread]);
  const weights = addNode(draft, "Exp", [scaled]); // [h, w]
  const weighted = addNode(draft, "Mul", [features, weights]);
  const axes = addIntegers(draft, [2, 3]);
  return addNode(draft, "ReduceSum", [weighted, axes], { keepdims: 0 });
}

/** Squared distances of the positions along a side from its middle, `[side]`. */
function addOffsets(draft: Draft, side: string): string {
  const [none, one] = [addScalar(draft, 0), addScalar(draft, 1)];
  const positions = addNode(draft, "Range", [none, side, one]);
  const last = addNode(draft, "Sub", [side, one]);
  const middle = addNode(draft, "Mul", [last, addScalar(draft, 0.5)]);
  const offsets = addNode(draft, "Sub", [positions, middle]);
  return addNode(draft, "Mul", [offsets, offsets]);
}
