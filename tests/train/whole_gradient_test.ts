import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import type { Layer } from "../../lib/model/network.ts";
import { netVlad } from "../../lib/model/netvlad.ts";
import {
  netVladReference,
  type NetVladReferenceParams,
} from "../../lib/model/netvlad_reference.ts";
import { fromVariable } from "../../lib/model/parameters.ts";
import { runLayers } from "../../lib/model/run_layers.ts";
import { type LossOptions, tripletLoss } from "../../lib/train/loss.ts";
import { tripletLossReference } from "../../lib/train/loss_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { toLayerWeights } from "../model/small_network.ts";
import {
  type Grid,
  runLayersReference,
} from "../../lib/model/layers_reference.ts";
import { makeImage, makeWeights, toTensors } from "../model/small_network.ts";

await useWasmBackend();

/** float32 sums through two convolutions, three normalisations and a difference of distances; slopes are around 0.1. */
const SLOPES = { rtol: 1e-3, atol: 5e-5 };

/** The end of an encoder: its last features are not cut off at zero. */
const TAIL: Layer[] = [
  {
    kind: "conv",
    name: "first",
    weights: "first",
    channels: 4,
    size: 3,
    stride: 1,
    padding: 1,
  },
  { kind: "relu" },
  { kind: "maxPool", size: 2, stride: 2, ceilMode: false },
  {
    kind: "conv",
    name: "last",
    weights: "last",
    channels: 3,
    size: 3,
    stride: 1,
    padding: 1,
  },
];

/** Query, positive and two negatives of one tuple. */
const IMAGES = [8, 9, 10, 11].map((seed) =>
  makeImage(8, seed).map((row) => row.slice(0, 8))
);
const [K, D] = [3, 3];

function makeHead(): NetVladReferenceParams {
  const rows = (count: number, length: number, offset: number): number[][] =>
    Array.from(
      { length: count },
      (_, i) =>
        Array.from(
          { length },
          (_, j) => Math.fround(Math.sin(3 * i + j + offset)),
        ),
    );
  return {
    assignWeights: rows(D, K, 1),
    assignBiases: rows(1, K, 2)[0]!,
    centroids: rows(K, D, 3),
  };
}

for (const marginOn of ["euclidean", "squared"] as const) {
  Deno.test(`tripletLoss() of ${marginOn} distances has the gradients of plain loops through NetVLAD and the end of an encoder`, async () => {
    const options: LossOptions = { margin: 4, marginOn, lossOver: "all" };
    const weights = makeWeights(TAIL);
    const head = makeHead();
    const describe = (image: Grid): number[] =>
      netVladReference(runLayersReference(TAIL, image, weights).flat(), head);
    const loss = (): number => {
      const [query, positive, ...negatives] = IMAGES.map(describe);
      return tripletLossReference(
        [{ query: query!, positive: positive!, negatives }],
        options,
      );
    };

    const layerWeights = toLayerWeights(toTensors(TAIL, weights));
    const variables = {
      assignWeights: tf.variable(tf.tensor2d(head.assignWeights)),
      assignBiases: tf.variable(tf.tensor1d(head.assignBiases)),
      centroids: tf.variable(tf.tensor2d(head.centroids)),
    };
    const { value, grads } = tf.variableGrads(() => {
      const features = runLayers(TAIL, tf.tensor4d(IMAGES), layerWeights);
      const descriptors = netVlad(features, variables);
      const rows = (first: number, count: number): tf.Tensor2D =>
        tf.slice(descriptors, [first, 0], [count, -1]);
      return tripletLoss({
        queries: rows(0, 1),
        positives: rows(1, 1),
        negatives: rows(2, 2),
        negativeCounts: [2],
      }, options);
    });

    assertClose(value.dataSync(), [loss()], { rtol: 1e-4 });
    for (const [name, variable] of layerWeights) {
      const gradient = grads[(variable as tf.Variable).name]!;
      const { data } = await fromVariable(name, gradient);
      assertClose(
        data,
        centralDifferences(weights.get(name)!, loss),
        SLOPES,
        name,
      );
    }
    for (const [name, variable] of Object.entries(variables)) {
      const values = head[name as keyof NetVladReferenceParams];
      const rows = (name === "assignBiases" ? [values] : values) as number[][];
      assertClose(
        grads[variable.name]!.dataSync(),
        rows.flatMap((row) => centralDifferences(row, loss)),
        SLOPES,
        name,
      );
    }
    tf.disposeVariables();
    tf.dispose([value, grads]);
  });
}
