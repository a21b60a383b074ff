/**
 * The head of a model: which aggregation layer, with which parameters.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import type { Random } from "../random.ts";
import { gemPool } from "./gem.ts";
import { netVlad, type NetVladParams } from "./netvlad.ts";
import { initNetVladV1, initNetVladV2 } from "./netvlad_init.ts";
import { initNetVladV2AsPytorch } from "./netvlad_init_compat.ts";
import type { ModelOptions } from "./options.ts";
import { averagePool, maxPool } from "./pooling.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** What decides the shape of a head. */
export type HeadOptions = Pick<
  ModelOptions,
  "pooling" | "numClusters" | "vladV2" | "vladInit" | "vladOrder" | "vladNorm"
>;

/** Length of a descriptor, F, for local descriptors of length D. */
export function descriptorLength(
  { pooling, numClusters }: HeadOptions,
  D: number,
): number {
  return pooling === "netvlad" ? numClusters * D : D;
}

/** Shapes of a head's parameters, by the names that pytorch-NetVlad gives them. */
export function headShapes(
  { pooling, numClusters: K, vladV2 }: HeadOptions,
  D: number,
): Map<string, number[]> {
  if (pooling !== "netvlad") return new Map();
  return new Map([
    ["pool.centroids", [K, D]],
    ["pool.conv.weight", [K, D, 1, 1]],
    ...(vladV2 ? [["pool.conv.bias", [K]] as [string, number[]]] : []),
  ]);
}

/**
 * Parameters of NetVLAD from clustered centroids.
 *
 * @param centroids `[K, D]`
 * @param descriptors Local descriptors to choose α by, `[n, D]`.
 */
export function headFromCentroids(
  options: HeadOptions,
  D: number,
  centroids: Float32Array,
  descriptors: Float32Array,
): NamedTensors {
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

function chooseInit({ vladV2, vladInit }: HeadOptions): typeof initNetVladV1 {
  if (!vladV2) return initNetVladV1;
  return vladInit === "published" ? initNetVladV2 : initNetVladV2AsPytorch;
}

/** Parameters of a head that was not clustered: random centroids. */
export function randomHead(
  options: HeadOptions,
  D: number,
  random: Random,
): NamedTensors {
  if (options.pooling !== "netvlad") return new Map();
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
 * Aggregates features into descriptors.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param params The head's parameters by name.
 * @returns Descriptors of unit length, `[N, F]`. The caller disposes them.
 */
export function aggregate(
  features: tf.Tensor4D,
  options: HeadOptions,
  params: ReadonlyMap<string, tf.Tensor>,
): tf.Tensor2D {
  switch (options.pooling) {
    case "netvlad":
      return netVlad(features, netVladParams(params), options);
    case "max":
      return maxPool(features);
    case "avg":
      return averagePool(features);
    case "gem":
      return gemPool(features);
  }
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
