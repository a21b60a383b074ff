import assert from "node:assert/strict";
import fc from "fast-check";
import { createRandom } from "../../lib/random.ts";
import {
  countBatchImages,
  drawClassBatches,
  groupByClass,
} from "../../lib/train/class_batches.ts";

Deno.test("groupByClass() lists the images of each class that has two or more", () => {
  assert.deepEqual(groupByClass([2, 0, 2, 1, 0, 2]), [[0, 2, 5], [1, 4]]);
});

/** Sizes of classes, images of each class in a batch, classes in a batch. */
const cases = fc.tuple(
  fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 2, maxLength: 12 }),
  fc.integer({ min: 2, max: 5 }),
  fc.integer({ min: 2, max: 6 }),
  fc.integer(),
);

Deno.test("drawClassBatches() draws full batches of different classes, each image of a class once where it has enough", () => {
  fc.assert(
    fc.property(cases, ([sizes, imagesPerClass, classesPerBatch, seed]) => {
      const labels = sizes.flatMap((size, label) => Array(size).fill(label));
      const options = {
        batchImages: imagesPerClass * classesPerBatch,
        imagesPerClass,
      };
      const draw = (seed: number): number[][] =>
        drawClassBatches(groupByClass(labels), createRandom(seed), options);
      const batches = draw(seed);
      const size = countBatchImages(sizes.length, options);
      assert.equal(
        size / imagesPerClass,
        Math.min(classesPerBatch, sizes.length),
      );
      assert.equal(
        batches.length,
        Math.max(1, Math.floor(labels.length / size)),
      );
      for (const batch of batches) {
        assert.equal(batch.length, size);
        const byLabel = Map.groupBy(batch, (image) => labels[image]!);
        assert.equal(byLabel.size, size / imagesPerClass);
        for (const [label, images] of byLabel) {
          assert.equal(images.length, imagesPerClass);
          const isLarge = sizes[label]! >= imagesPerClass;
          if (isLarge) assert.equal(new Set(images).size, imagesPerClass);
        }
      }
      assert.deepEqual(draw(seed), batches);
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("drawClassBatches() comes to every class and image in time", () => {
  const labels = Array.from({ length: 60 }, (_, i) => i % 10);
  const random = createRandom(3);
  const seen = new Set<number>();
  const options = { batchImages: 8, imagesPerClass: 2 };
  for (let epoch = 0; epoch < 12; epoch++) {
    drawClassBatches(groupByClass(labels), random, options).flat()
      .forEach((image) => seen.add(image));
  }
  assert.equal(seen.size, 60);
});
