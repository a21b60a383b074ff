/**
 * What heads share as ONNX operators: pooling, sums and norms.
 *
 * @module
 */
import type { HeadOptions } from "./aggregator.ts";
import { NORM_FLOOR } from "./normalize.ts";
import {
  addConstant,
  addIntegers,
  addNode,
  addScalar,
  type Draft,
} from "./onnx_draft.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** Adds pooling of `[N, D, h, w]` over all positions, `[N, D]`. */
export function addPool(
  draft: Draft,
  op: "GlobalMaxPool" | "GlobalAveragePool",
  features: string,
): string {
  const pooled = addNode(draft, op, [features]); // [N, D, 1, 1]
  return addNode(draft, "Flatten", [pooled], { axis: 1 });
}

/** Adds positions in one axis: `[N, D, h, w]` to `[N, D, P]`. */
export function addPositions(draft: Draft, features: string): string {
  return addNode(draft, "Reshape", [features, addIntegers(draft, [0, 0, -1])]);
}

/** Adds a parameter as a state dict has it, and returns its name. */
export function addTensor(
  draft: Draft,
  name: string,
  tensors: NamedTensors,
): string {
  const { shape, data } = tensors.get(name)!;
  return addConstant(draft, name, shape, data);
}

/** Adds a sum along one axis, which stays with length 1 if it is kept. */
export function addSum(
  draft: Draft,
  value: string,
  axis: number,
  keep: boolean,
): string {
  const axes = addIntegers(draft, [axis]);
  return addNode(draft, "ReduceSum", [value, axes], { keepdims: Number(keep) });
}

/** `Σ x²` along the last axis, which stays. */
function addSquares(draft: Draft, x: string): string {
  return addSum(draft, addNode(draft, "Mul", [x, x]), -1, true);
}

/** See `l2Normalize`. */
export function addUnitRows(draft: Draft, x: string): string {
  const floor = addScalar(draft, NORM_FLOOR * NORM_FLOOR);
  const clipped = addNode(draft, "Clip", [addSquares(draft, x), floor]);
  const root = addNode(draft, "Sqrt", [clipped]);
  const inverse = addNode(draft, "Div", [root, clipped]); // of infinity NaN, which is noticed
  return addNode(draft, "Mul", [x, inverse]);
}

/** See `poolUnit`; `[N, D, h, w]` to `[N, D]`. */
export function addPoolUnit(
  draft: Draft,
  features: string,
  norm: HeadOptions["poolNorm"],
  addPooling: (features: string) => string,
): string {
  if (norm === "after") return addUnitRows(draft, addPooling(features));
  const local = addNode(draft, "Transpose", [features], { perm: [0, 2, 3, 1] });
  const unit = addUnitRows(draft, local); // [N, h, w, D]
  return addPooling(
    addNode(draft, "Transpose", [unit], { perm: [0, 3, 1, 2] }),
  );
}

/** See `l2NormalizeSmoothly`. */
export function addSmoothRows(draft: Draft, x: string): string {
  const floor = addScalar(draft, NORM_FLOOR);
  const raised = addNode(draft, "Add", [addSquares(draft, x), floor]);
  return addNode(draft, "Div", [x, addNode(draft, "Sqrt", [raised])]);
}

/** See `l2NormalizeOffset`. */
export function addOffsetRows(draft: Draft, x: string): string {
  const norm = addNode(draft, "Sqrt", [addSquares(draft, x)]);
  const raised = addNode(draft, "Add", [norm, addScalar(draft, NORM_FLOOR)]);
  return addNode(draft, "Div", [x, raised]);
}
