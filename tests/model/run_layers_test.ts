import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { runLayers } from "../../lib/model/run_layers.ts";
import { fromVariable } from "../../lib/model/parameters.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { runLayersReference } from "../../lib/model/layers_reference.ts";
import {
  makeImage,
  makeWeights,
  SMALL_NETWORKS,
  toLayerWeights,
  toTensors,
} from "./small_network.ts";

await useWasmBackend();

/** float32 sums of tens of products of numbers around 1, three convolutions deep. */
const FLOAT32 = { rtol: 1e-5, atol: 1e-5 };

/** Sizes that leave one or two rows or columns for the last windows, or none. */
const SIZES = [[19, 21], [20, 22], [21, 25], [24, 31]] as const;

for (const [name, layers] of SMALL_NETWORKS) {
  Deno.test(`runLayers() equals plain loops ${name}`, () => {
    const weights = makeWeights(layers);
    const variables = toLayerWeights(toTensors(layers, weights));
    for (const [H, W] of SIZES) {
      const image = makeImage(H, W);
      const expected = runLayersReference(layers, image, weights);
      const features = tf.tensor4d([image, makeImage(H, W)]);
      const actual = runLayers(layers, features, variables);
      assert.deepEqual(
        actual.shape,
        [2, expected.length, expected[0]!.length, 2],
      );
      const twice = [...expected.flat(2), ...expected.flat(2)];
      assertClose(actual.dataSync(), twice, FLOAT32, `${H}x${W}`);
    }
    tf.disposeVariables();
  });

  Deno.test(`runLayers() has the gradients of plain loops ${name}`, async () => {
    const weights = makeWeights(layers);
    const image = makeImage(14, 16);
    const variables = toLayerWeights(toTensors(layers, weights));
    const loss = (): number =>
      runLayersReference(layers, image, weights).flat(2)
        .reduce((sum, value, i) => sum + value * Math.cos(i), 0);
    const { grads } = tf.variableGrads(() => {
      const output = runLayers(layers, tf.tensor4d([image]), variables);
      const probe = Float32Array.from(
        { length: output.size },
        (_, i) => Math.cos(i),
      );
      return tf.sum(tf.mul(output, tf.tensor(probe, output.shape)));
    });
    for (const [name, variable] of variables) {
      const { data } = await fromVariable(
        name,
        grads[(variable as tf.Variable).name]!,
      );
      const expected = centralDifferences(weights.get(name)!, loss, 1e-7);
      assertClose(data, expected, { rtol: 1e-4, atol: 1e-4 }, name);
    }
    tf.disposeVariables();
  });
}

Deno.test("runLayers() frees everything but its result, and gives back its input if there are no layers", () => {
  for (const layers of SMALL_NETWORKS.values()) {
    const variables = toLayerWeights(toTensors(layers, makeWeights(layers)));
    const features = tf.tensor4d([makeImage(20, 20)]);
    const before = tf.memory().numTensors;
    runLayers(layers, features, variables).dispose();
    assert.equal(tf.memory().numTensors, before);
    assert.equal(runLayers([], features, variables), features);
    tf.disposeVariables();
  }
});
