/**
 * NetVLAD as a head, by the names that pytorch-NetVlad gives its parameters.
 *
 * @module
 */
import type * as tf from "../../engine/tf.ts";
import { CheckpointError, ShapeError } from "../../errors.ts";
import type { Random } from "../../random.ts";
import type { Aggregator, HeadOptions } from "../aggregator.ts";
import { netVlad, type NetVladParams } from "../netvlad.ts";
import { initNetVladV1, initNetVladV2 } from "../netvlad_init.ts";
import { initNetVladV2AsPytorch } from "../netvlad_init_compat.ts";
import {
  addConstant,
  addIntegers,
  addNode,
  type Draft,
} from "../onnx_draft.ts";
import {
  addOffsetRows,
  addSmoothRows,
  addSum,
  addTensor,
  addUnitRows,
} from "../onnx_head_parts.ts";
import type { NamedTensor, NamedTensors } from "../weights/tensors.ts";

/** NetVLAD: residuals to K centroids, `K·D` values. See `netVlad`. */
export const NETVLAD: Aggregator = {
  descriptorLength: ({ numClusters: K }, D) => K * D,
  shapes: ({ numClusters: K, vladV2 }, D) =>
    new Map([
      ["pool.centroids", [K, D]],
      ["pool.conv.weight", [K, D, 1, 1]],
      ...(vladV2 ? [["pool.conv.bias", [K]] as [string, number[]]] : []),
    ]),
  start: startRandomly,
  aggregate: (features, options, params) =>
    netVlad(features, netVladParams(params), options),
  addToGraph: addNetVlad,
};

/** Parameters from random centroids. */
function startRandomly(
  options: HeadOptions,
  D: number,
  random: Random,
): NamedTensors {
  const normal = (count: number): Float32Array => {
    const rows = new Float32Array(count * D);
    for (let i = 0; i < rows.length; i++) {
      rows[i] = random.nextNormal() / Math.sqrt(D);
    }
    return rows;
  };
  const centroids = normal(options.numClusters);
  return headFromCentroids(options, D, centroids, normal(100));
}

/**
 * Parameters of NetVLAD from clustered centroids.
 *
 * @param centroids `[K, D]`
 * @param descriptors Local descriptors to choose α by, `[n, D]`.
 * @throws {ShapeError} If there are not K centroids, or a length is not D.
 * @throws {CheckpointError} If centroids are not finite.
 */
export function headFromCentroids(
  options: HeadOptions,
  D: number,
  centroids: Float32Array,
  descriptors: Float32Array,
): NamedTensors {
  checkCentroids(options, D, centroids, descriptors);
  const K = options.numClusters;
  const values = chooseInit(options)(
    { data: centroids, rowLength: D },
    { data: descriptors, rowLength: D },
  );
  const rows = new Float32Array(K * D); // [K, D]
  for (let i = 0; i < rows.length; i++) {
    rows[i] = values.assignWeights[(i % D) * K + Math.floor(i / D)]!;
  }
  const tensors: NamedTensors = new Map([
    ["pool.centroids", { shape: [K, D], data: new Float32Array(centroids) }],
    ["pool.conv.weight", { shape: [K, D, 1, 1], data: rows }],
  ]);
  if (values.assignBiases) {
    tensors.set("pool.conv.bias", {
      shape: [K],
      data: new Float32Array(values.assignBiases),
    });
  }
  return tensors;
}

function checkCentroids(
  { numClusters: K }: HeadOptions,
  D: number,
  centroids: Float32Array,
  descriptors: Float32Array,
): void {
  if (centroids.length !== K * D || descriptors.length % D !== 0) {
    throw new ShapeError(
      `Cannot start NetVLAD from ${centroids.length} centroid values`,
      {
        where: "argument centroids",
        fix: `pass [K=${K}, D=${D}] values, and descriptors of length ${D}`,
      },
    );
  }
  if (!centroids.every(Number.isFinite)) {
    throw new CheckpointError("Cannot start NetVLAD from these centroids", {
      where: "argument centroids (some are not finite)",
      fix: "cluster again, with weights that give finite features",
    });
  }
}

function chooseInit({ vladV2, vladInit }: HeadOptions): typeof initNetVladV1 {
  if (!vladV2) return initNetVladV1;
  return vladInit === "published" ? initNetVladV2 : initNetVladV2AsPytorch;
}

/** The parameters of NetVLAD among those of a model, by the names that pytorch-NetVlad gives them. */
export function netVladParams(
  params: ReadonlyMap<string, tf.Tensor>,
): NetVladParams {
  const biases = params.get("pool.conv.bias");
  return {
    assignWeights: params.get("pool.conv.weight") as tf.Tensor2D,
    centroids: params.get("pool.centroids") as tf.Tensor2D,
    ...(biases && { assignBiases: biases as tf.Tensor1D }),
  };
}

/** See `netVlad`. */
function addNetVlad(
  draft: Draft,
  features: string,
  { vladNorm, vladOrder }: HeadOptions,
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

/** Soft-assignment weights `[K, D, 1, 1]` as `[D, K]`. */
function transpose({ shape, data }: NamedTensor): NamedTensor {
  const [K, D] = shape as [number, number, number, number];
  const columns = data.map((_, i) => data[(i % K) * D + Math.floor(i / K)]!);
  return { shape: [D, K], data: columns };
}
