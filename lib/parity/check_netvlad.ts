/**
 * Golden cases of the NetVLAD layer: its first values, each of its steps, its gradients.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { netVlad, type NetVladParams, sumResiduals } from "../model/netvlad.ts";
import { initNetVladV1, initNetVladV2 } from "../model/netvlad_init.ts";
import { initNetVladV2AsPytorch } from "../model/netvlad_init_compat.ts";
import { fromVariable, toVariable } from "../model/parameters.ts";
import { drain } from "../progress.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { searchExact } from "../search/exact.ts";
import {
  readChannelsFirst,
  takeValues,
  toChannelsLast,
} from "./channel_order.ts";
import { type CaseComparison, EXACT } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** The reference's α is from float32 products. */
const ALPHA_RTOL = 2e-5;

/** What a search by indices gives: informative where it is not used. */
const NEIGHBORS = "knn_idx_clusters_to_traindescs";

/** Compares first values, soft assignment, residuals, output and gradients of Σ out · R. */
export async function checkNetVlad(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("x", "clusters", "traindescs", "R");
  compareFirstValues(golden, results);
  if (golden.has(NEIGHBORS)) await compareNeighbors(golden, results, engine);
  const params = readParams(golden);
  const features = toChannelsLast(golden.read("x"));
  try {
    await compareSteps(golden, results, features, params);
    await compareGradients(golden, results, features, params);
  } finally {
    tf.dispose([features, { ...params }]);
  }
}

function compareFirstValues(
  golden: GoldenCase,
  results: CaseComparison,
): void {
  const centroids = golden.read("clusters");
  const { shape: [, D = 0] } = centroids;
  const { alpha, ...values } = chooseInit(golden)(
    { data: golden.float32("clusters"), rowLength: D },
    { data: golden.float32("traindescs"), rowLength: D },
  );
  results.compareWith("alpha", [alpha], {
    data: [golden.number("alpha")],
    shape: [1],
    tolerance: { rtol: ALPHA_RTOL },
  });
  results.compareWith("centroids", values.centroids, {
    ...centroids,
    tolerance: EXACT,
  });
  results.compare("conv_weight", toRows(values.assignWeights, D));
  if (values.assignBiases) results.compare("conv_bias", values.assignBiases);
}

function chooseInit(golden: GoldenCase): typeof initNetVladV1 {
  if (golden.notes.scalars.vladv2 !== true) return initNetVladV1;
  return golden.text("init") === "paper"
    ? initNetVladV2
    : initNetVladV2AsPytorch;
}

/** `[K, D]` of `[D, K]`. */
function toRows(columns: Float32Array, D: number): Float32Array {
  const K = columns.length / D;
  return columns.map((_, i) => columns[(i % D) * K + Math.floor(i / D)]!);
}

/** The two local descriptors nearest to each centroid, by which the reference chooses α for v2. */
async function compareNeighbors(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  const { shape: [, D = 0] } = golden.read("clusters");
  const { shape: [, count = 0] } = golden.read(NEIGHBORS);
  const { indices } = await drain(searchExact(
    engine,
    rowsInMemory(golden.float32("traindescs"), D),
    rowsInMemory(golden.float32("clusters"), D),
    { count },
  ));
  results.compareExactly(NEIGHBORS, indices);
}

/** The case's own parameters, so that no step inherits the error of the one before. */
function readParams(golden: GoldenCase): NetVladParams {
  const [K, D] = golden.read("conv_weight").shape as [number, number];
  return {
    assignWeights: toVariable("pool.conv.weight", {
      shape: [K, D, 1, 1],
      data: golden.float32("conv_weight"),
    }) as tf.Tensor as tf.Tensor2D,
    centroids: tf.tensor2d(golden.float32("clusters"), [K, D]),
    ...(golden.has("conv_bias") &&
      { assignBiases: tf.tensor1d(golden.float32("conv_bias")) }),
  };
}

async function compareSteps(
  golden: GoldenCase,
  results: CaseComparison,
  features: tf.Tensor4D,
  params: NetVladParams,
): Promise<void> {
  const { assign, residuals } = tf.tidy(() => {
    const { assign, residuals } = sumResiduals(features, params);
    return { assign: tf.transpose(assign, [0, 2, 1]), residuals };
  }); // [N, K, P], [N, K, D]
  const steps = [["soft_assign", assign], ["vlad_raw", residuals]] as const;
  for (const [name, step] of steps) {
    const values = await takeValues(step);
    if (golden.has(name)) results.compare(name, values);
  }
  results.compare("out", await takeValues(netVlad(features, params)));
}

async function compareGradients(
  golden: GoldenCase,
  results: CaseComparison,
  features: tf.Tensor4D,
  { assignWeights, centroids, assignBiases }: NetVladParams,
): Promise<void> {
  const { shape, data } = golden.read("R");
  const loss = (...given: tf.Tensor[]): tf.Scalar => {
    const [x, weights, centres, biases] = given;
    const params = {
      assignWeights: weights,
      centroids: centres,
      ...(biases && { assignBiases: biases }),
    } as NetVladParams;
    const out = netVlad(x as tf.Tensor4D, params);
    return tf.sum(tf.mul(out, tf.tensor(data, shape)));
  };
  const [slope, ofWeights, ofCentroids, ofBiases] = tf.tidy(() =>
    tf.grads(loss)([
      features,
      assignWeights,
      centroids,
      ...(assignBiases ? [assignBiases] : []),
    ])
  );
  await compareSlope(golden, results, slope!);
  const { data: weights } = await fromVariable("pool.conv.weight", ofWeights!);
  results.compare("grad_conv_weight", weights);
  results.compare("grad_centroids", await takeValues(ofCentroids!));
  if (ofBiases) results.compare("grad_conv_bias", await takeValues(ofBiases));
  tf.dispose([slope!, ofWeights!]);
}

/** The gradient in the features, in whichever forms the case has it. */
async function compareSlope(
  golden: GoldenCase,
  results: CaseComparison,
  slope: tf.Tensor,
): Promise<void> {
  const values = await readChannelsFirst(slope); // [N, D, H, W]
  if (golden.has("grad_x_masked")) {
    // The reference's gradient in an all-zero local descriptor is around 1e12, ours zero.
    results.skip("grad_x");
    results.compare("grad_x_masked", values);
  } else if (golden.has("grad_x")) results.compare("grad_x", values);
  if (golden.has("grad_x_sub")) {
    results.compare("grad_x_sub", await takeSample(golden, slope));
  }
  if (golden.has("grad_x_sum_over_channels")) {
    results.compare(
      "grad_x_sum_over_channels",
      sumOverChannels(values, golden.read("x").shape),
    );
  }
}

/** Some rows and columns of the gradient, as `rows ::3, columns ::4` in the notes of the case. */
async function takeSample(
  golden: GoldenCase,
  slope: tf.Tensor,
): Promise<Float32Array> {
  const { role } = golden.notes.datasets.grad_x_sub!;
  const [, rows, columns] = role.match(/rows ::(\d+), columns ::(\d+)/) ?? [];
  if (columns === undefined) {
    throw golden.fail(`grad_x_sub does not say which rows and columns it has`);
  }
  const [N, H, W, D] = slope.shape as [number, number, number, number];
  const sample = tf.tidy(() =>
    tf.stridedSlice(slope, [0, 0, 0, 0], [N, H, W, D], [
      1,
      Number(rows),
      Number(columns),
      1,
    ])
  );
  const values = await readChannelsFirst(sample);
  sample.dispose();
  return values;
}

/** Sums in double precision, `[N, H, W]` of `[N, D, H, W]`. */
function sumOverChannels(
  values: Float32Array,
  [N = 0, D = 0, H = 0, W = 0]: readonly number[],
): Float64Array {
  const P = H * W;
  const sums = new Float64Array(N * P);
  values.forEach((value, i) => {
    sums[Math.floor(i / (D * P)) * P + i % P]! += value;
  });
  return sums;
}
