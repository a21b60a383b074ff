import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import {
  batchHardTriplet,
  smoothedCrossEntropy,
} from "../../lib/train/class_loss.ts";
import { batchHardTripletReference } from "../../lib/train/class_loss_reference.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { CGD, crossEntropyOf, tripletOf } from "./class_slopes.ts";

await useWasmBackend();

/** A float32 loss of a few units. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };
const SLOPES = { rtol: 1e-4, atol: 2e-5 };

/** Batches where images are alone, or the same. */
const EDGES: Record<string, { rows: number[][]; labels: number[] }> = {
  "one image of each class": {
    rows: [[1, 0], [0.9375, 0], [0, 1]],
    labels: [0, 1, 2],
  },
  "one class with a second image": {
    rows: [[1, 0], [0, 1], [0.9375, 0.0625]],
    labels: [3, 3, 0],
  },
  "all descriptors the same": {
    rows: [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]],
    labels: [0, 0, 1, 1],
  },
  "all descriptors zero": { rows: [[0, 0], [0, 0]], labels: [0, 1] },
  "the same image in two classes": {
    rows: [[1, 0], [0, 1], [1, 0], [0, -1]],
    labels: [0, 0, 1, 1],
  },
};

testEachEngine(
  (engine) =>
    `batchHardTriplet() equals its reference, its gradients finite, where images are alone or the same on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      const before = tf.memory().numTensors;
      for (const [what, { rows, labels }] of Object.entries(EDGES)) {
        const { loss, slope } = await tripletOf(rows, labels);
        const expected = batchHardTripletReference(rows, labels, CGD);
        assertClose([loss], [expected], FLOAT32, what);
        assert.ok(slope.flat().every(Number.isFinite), what);
        const entropy = await crossEntropyOf(rows, labels.map((x) => x % 2));
        assert.ok(Number.isFinite(entropy.loss));
      }
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    }),
);

Deno.test("batchHardTriplet() hands each gradient to one of several that are equally hard", async () => {
  // Image 0 has two positives and two negatives at the same distances.
  const rows = [[0, 0], [1, 0], [-1, 0], [0, 0.5], [0, -0.5]];
  const { slope } = await tripletOf(rows, [0, 0, 0, 1, 2]);
  const moved = slope.slice(1, 3).map(([x]) => Math.abs(x!));
  // Each of images 1 and 2 is the other's hardest positive; one of them also that of image 0.
  assertClose(
    moved.toSorted((a, b) => a - b),
    [0.4, 0.6].map((x) => x - 0.2 * 0.8944272),
    SLOPES,
  );
});

Deno.test("batchHardTriplet() refuses a batch of one class", () => {
  const rows = tf.tensor2d([[1, 0], [0, 1]]);
  assert.throws(() => batchHardTriplet(rows, [4, 4], CGD), {
    name: "ShapeError",
    where: "argument labels (all 2 are of the same class)",
    fix: "make batches of two or more classes",
  });
  rows.dispose();
});

Deno.test("batchHardTriplet() and smoothedCrossEntropy() refuse labels that do not fit", () => {
  const rows = tf.tensor2d([[1, 0], [0, 1]]);
  const where = "argument descriptors";
  assert.throws(() => batchHardTriplet(rows, [0, 1, 1], CGD), { where });
  assert.throws(() => smoothedCrossEntropy(rows, [0], CGD), {
    where: "argument logits",
  });
  for (const label of [2, -1, NaN]) {
    assert.throws(() => smoothedCrossEntropy(rows, [0, label], CGD), {
      name: "ShapeError",
      where: "argument labels (there are logits of 2 classes)",
      fix: "make the auxiliary head for as many classes as the data has",
    });
  }
  rows.dispose();
});

Deno.test("batchHardTriplet() and smoothedCrossEntropy() free everything but their result", () => {
  const rows = tf.tensor2d([[1, 0], [0, 1], [0.5, 0.5]]);
  const before = tf.memory().numTensors;
  batchHardTriplet(rows, [0, 0, 1], CGD).dispose();
  smoothedCrossEntropy(rows, [0, 0, 1], CGD).dispose();
  assert.equal(tf.memory().numTensors, before);
  rows.dispose();
});
