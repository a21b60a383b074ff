/**
 * The heads as ONNX operators: what `aggregate` does in TensorFlow.js.
 *
 * @module
 */
import { GEM_FLOOR } from "./gem.ts";
import { NORM_FLOOR } from "./normalize.ts";
import {
  addConstant,
  addIntegers,
  addNode,
  addScalar,
  type Draft,
} from "./onnx_draft.ts";
import type { ModelOptions } from "./options.ts";
import type { NamedTensor, NamedTensors } from "./weights/tensors.ts";
import type { Whitening } from "./whitening.ts";

/**
 * Adds the aggregation layer.
 *
 * @param features Name of the encoder's output, `[N, D, h, w]`.
 * @param tensors State dict with the parameters of the head.
 * @returns The name of the descriptors, `[N, F]`.
 */
export function addHead(
  draft: Draft,
  features: string,
  options: ModelOptions,
  tensors: NamedTensors,
): string {
  switch (options.pooling) {
    case "netvlad":
      return addNetVlad(draft, features, options, tensors);
    case "max":
      return addUnitRows(draft, addPool(draft, "GlobalMaxPool", features));
    case "avg":
      return addUnitRows(draft, addPool(draft, "GlobalAveragePool", features));
    case "gem":
      return addUnitRows(draft, addGeneralizedMean(draft, features));
  }
}

/** Adds a whitening of descriptors `[N, F]`; returns the name of the whitened ones, `[N, P]`. */
export function addWhitening(
  draft: Draft,
  descriptors: string,
  { projection, offset }: Whitening,
): string {
  const turned = addNode(draft, "Gemm", [
    descriptors,
    addConstant(draft, "projection", projection.shape, projection.data),
    addConstant(draft, "projection_offset", offset.shape, offset.data),
  ], { transB: 1 });
  return addUnitRows(draft, turned);
}

/** `[N, D, h, w]` to `[N, D]`. */
function addPool(
  draft: Draft,
  op: "GlobalMaxPool" | "GlobalAveragePool",
  features: string,
): string {
  const pooled = addNode(draft, op, [features]); // [N, D, 1, 1]
  return addNode(draft, "Flatten", [pooled], { axis: 1 });
}

/** See `generalizedMean`. */
function addGeneralizedMean(draft: Draft, features: string): string {
  const squares = addNode(draft, "Mul", [features, features]);
  const cubes = addNode(draft, "Mul", [squares, features]);
  const mean = addPool(draft, "GlobalAveragePool", cubes); // [N, D]
  const size = addNode(draft, "Abs", [mean]);
  const clipped = addNode(draft, "Clip", [size, addScalar(draft, GEM_FLOOR)]);
  const root = addNode(draft, "Pow", [clipped, addScalar(draft, 1 / 3)]);
  return addNode(draft, "Mul", [root, addNode(draft, "Sign", [mean])]);
}

/** See `netVlad`. */
function addNetVlad(
  draft: Draft,
  features: string,
  { vladNorm, vladOrder }: ModelOptions,
  tensors: NamedTensors,
): string {
  const isSmooth = vladNorm === "smoothed";
  const addRows = isSmooth ? addSmoothRows : addUnitRows;
  const [K, D] = tensors.get("pool.centroids")!.shape as [number, number];
  const rows = addNode(draft, "Transpose", [features], { perm: [0, 2, 3, 1] });
  const local = addRows(draft, rows); // [N, h, w, D]
  const assign = addAssignment(draft, local, tensors); // [N, h, w, K]

  const sums = addNode(draft, "MatMul", [
    addFlat(draft, assign, K, [0, 2, 1]), // [N, K, P]
    addFlat(draft, local, D), // [N, P, D]
  ]); // [N, K, D]
  const centroids = addTensor(draft, "pool.centroids", tensors); // [K, D]
  const moved = addNode(draft, "Mul", [addMass(draft, assign), centroids]);
  const clusters = addRows(draft, addNode(draft, "Sub", [sums, moved]));

  const ordered = vladOrder === "cluster-major"
    ? clusters
    : addNode(draft, "Transpose", [clusters], { perm: [0, 2, 1] });
  const vlad = addNode(draft, "Reshape", [
    ordered,
    addIntegers(draft, [0, K * D]),
  ]);
  return isSmooth ? addOffsetRows(draft, vlad) : addUnitRows(draft, vlad);
}

/** Sums of soft assignments `[N, h, w, K]` over positions, `[N, K, 1]`. */
function addMass(draft: Draft, assign: string): string {
  const rows = addSum(draft, assign, 2, false); // [N, h, K]
  const sums = addSum(draft, rows, 1, false); // [N, K]
  return addNode(draft, "Unsqueeze", [sums, addIntegers(draft, [2])]);
}

/** Soft assignment of local descriptors `[N, h, w, D]`, `[N, h, w, K]`. */
function addAssignment(
  draft: Draft,
  local: string,
  tensors: NamedTensors,
): string {
  const weights = transpose(tensors.get("pool.conv.weight")!); // [D, K]
  const name = "pool.conv.weight";
  addConstant(draft, name, weights.shape, weights.data);
  const products = addNode(draft, "MatMul", [local, name]);
  const scores = tensors.has("pool.conv.bias")
    ? addNode(draft, "Add", [
      products,
      addTensor(draft, "pool.conv.bias", tensors),
    ])
    : products;
  return addNode(draft, "Softmax", [scores], { axis: 3 });
}

/** `[N, h, w, L]` to `[N, P, L]`, its axes in another order if one is given. */
function addFlat(
  draft: Draft,
  value: string,
  length: number,
  perm?: number[],
): string {
  const shape = addIntegers(draft, [0, -1, length]);
  const flat = addNode(draft, "Reshape", [value, shape]);
  return perm ? addNode(draft, "Transpose", [flat], { perm }) : flat;
}

function addTensor(draft: Draft, name: string, tensors: NamedTensors): string {
  const { shape, data } = tensors.get(name)!;
  return addConstant(draft, name, shape, data);
}

function addSum(
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
function addUnitRows(draft: Draft, x: string): string {
  const floor = addScalar(draft, NORM_FLOOR * NORM_FLOOR);
  const clipped = addNode(draft, "Clip", [addSquares(draft, x), floor]);
  const root = addNode(draft, "Sqrt", [clipped]);
  const inverse = addNode(draft, "Div", [root, clipped]); // of infinity NaN, which is noticed
  return addNode(draft, "Mul", [x, inverse]);
}

/** See `l2NormalizeSmoothly`. */
function addSmoothRows(draft: Draft, x: string): string {
  const floor = addScalar(draft, NORM_FLOOR);
  const raised = addNode(draft, "Add", [addSquares(draft, x), floor]);
  return addNode(draft, "Div", [x, addNode(draft, "Sqrt", [raised])]);
}

/** See `l2NormalizeOffset`. */
function addOffsetRows(draft: Draft, x: string): string {
  const norm = addNode(draft, "Sqrt", [addSquares(draft, x)]);
  const raised = addNode(draft, "Add", [norm, addScalar(draft, NORM_FLOOR)]);
  return addNode(draft, "Div", [x, raised]);
}

/** Soft-assignment weights `[K, D, 1, 1]` as `[D, K]`. */
function transpose({ shape, data }: NamedTensor): NamedTensor {
  const [K, D] = shape as [number, number, number, number];
  const columns = data.map((_, i) => data[(i % K) * D + Math.floor(i / K)]!);
  return { shape: [D, K], data: columns };
}
