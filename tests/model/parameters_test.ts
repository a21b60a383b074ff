import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import {
  fromVariable,
  randomWeights,
  toVariable,
} from "../../lib/model/parameters.ts";
import { createRandom } from "../../lib/random.ts";

await useWasmBackend();

Deno.test("randomWeights() is normal with variance 2 / fan-in, biases zero, and depends on the seed only", () => {
  const { layers } = describeNetwork("alexnet", { widthDivisor: 2 });
  const weights = randomWeights(layers, createRandom(1));
  for (const [name, { shape, data }] of weights) {
    if (shape.length === 1) {
      assert.ok(data.every((value) => value === 0), name);
      continue;
    }
    const fanIn = shape[1]! * shape[2]! * shape[3]!;
    const square = data.reduce((sum, value) => sum + value ** 2, 0);
    const ratio = square / data.length / (2 / fanIn);
    assert.ok(Math.abs(ratio - 1) < 0.05, `${name}: ${ratio}`);
  }
  assert.deepEqual(randomWeights(layers, createRandom(1)), weights);
  assert.notDeepEqual(randomWeights(layers, createRandom(2)), weights);
});

const LAYOUTS = {
  "features.0.weight": { dict: [2, 3, 4, 5], variable: [4, 5, 3, 2] },
  "pool.conv.weight": { dict: [2, 3, 1, 1], variable: [3, 2] },
  "pool.centroids": { dict: [2, 3], variable: [2, 3] },
  "features.0.bias": { dict: [2], variable: [2] },
};

for (const [name, { dict, variable }] of Object.entries(LAYOUTS)) {
  Deno.test(`toVariable() lays out ${name}, fromVariable() undoes it`, async () => {
    const size = dict.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, (_, i) => i);
    const before = tf.memory().numTensors;
    const laid = toVariable(name, { shape: dict, data });
    assert.deepEqual(laid.shape, variable);
    assert.deepEqual(await fromVariable(name, laid), { shape: dict, data });
    laid.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors leaked");
  });
}
