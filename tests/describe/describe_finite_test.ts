import assert from "node:assert/strict";
import { describeImages } from "../../lib/describe/describe.ts";
import type { FrozenFeatures } from "../../lib/describe/frozen_features.ts";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";

await useWasmBackend();

/** A source whose features of an image are its index, twice. */
const SOURCE: FrozenFeatures = {
  async *read(indices, batchSize): ReturnType<FrozenFeatures["read"]> {
    await Promise.resolve();
    for (let first = 0; first < indices.length; first += batchSize) {
      const some = indices.slice(first, first + batchSize);
      const features = tf.tensor4d(
        some.flatMap((index) => [index, index]),
        [some.length, 1, 1, 2],
      );
      yield { indices: some, features, dispose: () => features.dispose() };
    }
  },
  [Symbol.dispose]: () => {},
};

/** A model that takes features for descriptors, but divides them by their distance from `wrong`. */
function makeModel(wrong: number): Model {
  const model: Partial<Model> = {
    descriptorLength: 2,
    runTrained: (features) =>
      tf.tidy(() => {
        const flat = tf.reshape(features, [-1, 2]);
        return tf.div(flat, tf.sub(flat, wrong));
      }),
  };
  return model as Model;
}

Deno.test("describeImages() names the first image whose descriptor is not finite, and writes those before it", async () => {
  const before = tf.memory().numTensors;
  const written: number[] = [];
  const target = {
    firstImage: 10,
    rows: { numRows: 7, write: (row: number) => written.push(row) },
    batchSize: 3,
    phase: "describe queries",
  };
  await assert.rejects(drain(describeImages(makeModel(14), SOURCE, target)), {
    name: "CheckpointError",
    message: /^Cannot use descriptors that are not numbers/,
    where: /^describe queries, image 5 of 7, with the parameters/,
    fix: /other weights/,
  });
  assert.deepEqual(written, [0, 1, 2, 3]);
  assert.equal(tf.memory().numTensors, before, "tensors leaked");
});
