/**
 * CroW as a head.
 *
 * @module
 */
import type { Aggregator } from "../aggregator.ts";
import { CROW_FLOOR, crowPool } from "../crow.ts";
import { addIntegers, addNode, addScalar, type Draft } from "../onnx_draft.ts";
import { addPositions, addSum, addUnitRows } from "../onnx_head_parts.ts";

/** Cross-dimensional weighting (CroW), D values. See `crowPool`. */
export const CROW: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: () => new Map(),
  start: () => new Map(),
  aggregate: (features) => crowPool(features),
  addToGraph: addCrow,
};

function addCrow(draft: Draft, features: string): string {
  const active = addNode(draft, "Relu", [addPositions(draft, features)]); // [N, D, P]
  const shares = addUnitRows(draft, addSum(draft, active, 1, false)); // [N, P]
  const clipped = addNode(draft, "Clip", [
    shares,
    addScalar(draft, CROW_FLOOR),
  ]);
  const spatial = addNode(draft, "Sqrt", [clipped]);
  const last = addIntegers(draft, [2]);
  const sums = addNode(draft, "MatMul", [
    active,
    addNode(draft, "Unsqueeze", [spatial, last]), // [N, P, 1]
  ]); // [N, D, 1]
  const pooled = addNode(draft, "Squeeze", [sums, last]); // [N, D]
  return addUnitRows(
    draft,
    addNode(draft, "Mul", [pooled, addRarity(draft, active)]),
  );
}

/** Weights of channels of features `[N, D, P]`, `[N, D]`. */
function addRarity(draft: Draft, active: string): string {
  const one = addScalar(draft, 1);
  const counts = addSum(draft, addNode(draft, "Sign", [active]), 2, false);
  const all = addSum(draft, counts, 1, true); // [N, 1]
  const ratio = addNode(draft, "Div", [
    addNode(draft, "Clip", [all, one]),
    addNode(draft, "Clip", [counts, one]),
  ]);
  return addNode(draft, "Log", [ratio]);
}
