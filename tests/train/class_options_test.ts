import assert from "node:assert/strict";
import {
  CLASS_TRAIN_DEFAULTS,
  resolveClassTrainOptions,
} from "../../lib/train/class_options.ts";
import { milestoneRateAt } from "../../lib/train/optimizer.ts";
import { withClassSize } from "../../lib/train/train_classes.ts";

Deno.test("resolveClassTrainOptions() names every bad option", () => {
  assert.deepEqual(resolveClassTrainOptions(), CLASS_TRAIN_DEFAULTS);
  assert.throws(
    () =>
      resolveClassTrainOptions({
        ...{ batchImages: 130, imagesPerClass: 4, temperature: 0 },
        ...{ labelSmoothing: 1, augmentScale: 0.9, lrMilestones: [1.5] },
        ...{ classCellMeters: -1 },
      }),
    (error: Error & { where: string }) => {
      assert.equal(error.name, "OptionsError");
      for (
        const name of [
          "batchImages is 130, must be a multiple",
          "temperature is 0",
          "labelSmoothing is 1",
          "augmentScale is 0.9",
          "lrMilestones is [1.5]",
          "classCellMeters is -1",
        ]
      ) assert.ok(error.where.includes(name), `${name} in ${error.where}`);
      return true;
    },
  );
  assert.throws(
    () => resolveClassTrainOptions({ batchImages: 4, imagesPerClass: 4 }),
    { where: /twice it or more/ },
  );
});

Deno.test("milestoneRateAt() decreases after 60 % and 80 % of the epochs, as MultiStepLR does, and never at once", () => {
  const ratesOf = (epochs: number): number[] =>
    Array.from({ length: epochs }, (_, i) =>
      Math.round(
        Math.log10(
          1 /
            milestoneRateAt(i + 1, {
              ...CLASS_TRAIN_DEFAULTS,
              ...{ epochs, learningRate: 1 },
            }),
        ),
      ));
  const expected = [...Array(12).fill(0), ...Array(4).fill(1)];
  assert.deepEqual(ratesOf(20), [...expected, 2, 2, 2, 2]);
  assert.deepEqual(ratesOf(7), [0, 0, 0, 0, 1, 2, 2]);
  assert.deepEqual(ratesOf(1), [0]);
});

Deno.test("withClassSize() reads images at 224x224 unless another size is asked for", () => {
  const usual = { width: 224, height: 224 };
  assert.deepEqual(withClassSize({ threads: 2 }), {
    threads: 2,
    resize: usual,
  });
  assert.deepEqual(withClassSize({ resize: null }).resize, usual);
  const other = { width: 320, height: 240 };
  assert.deepEqual(withClassSize({ resize: other }), { resize: other });
});
