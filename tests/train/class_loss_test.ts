import assert from "node:assert/strict";
import fc from "fast-check";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import {
  batchHardTripletReference,
  smoothedCrossEntropyReference,
} from "../../lib/train/class_loss_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { CGD, crossEntropyOf, tripletOf } from "./class_slopes.ts";

await useWasmBackend();

/** A float32 loss of a few units. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };
const SLOPES = { rtol: 1e-4, atol: 2e-5 };

/** Multiples of 1/32: exact in float32, so only the sums can differ. */
const value = (limit: number): fc.Arbitrary<number> =>
  fc.integer({ min: -32 * limit, max: 32 * limit }).map((n) => n / 32);

/** Rows of the same length, each with a label of a few classes. */
function labelledRows(
  { limit, minLength }: { limit: number; minLength: number },
): fc.Arbitrary<{ rows: number[][]; labels: number[] }> {
  return fc.integer({ min: minLength, max: 5 }).chain((length) => {
    const row = fc.array(value(limit), {
      minLength: length,
      maxLength: length,
    });
    const label = fc.integer({ min: 0, max: minLength - 1 });
    return fc.array(fc.tuple(row, label), { minLength: 2, maxLength: 8 }).map(
      (pairs) => ({
        rows: pairs.map(([row]) => row),
        labels: pairs.map(([, label]) => label),
      }),
    );
  });
}

const logitsOfClasses = labelledRows({ limit: 4, minLength: 3 });
const descriptors = labelledRows({ limit: 1, minLength: 2 })
  .filter(({ labels }) => new Set(labels).size > 1);

Deno.test("smoothedCrossEntropy() equals its reference, and so does its gradient", async () => {
  await fc.assert(
    fc.asyncProperty(logitsOfClasses, async ({ rows, labels }) => {
      const reference = (): number =>
        smoothedCrossEntropyReference(rows, labels, CGD);
      const { loss, slope } = await crossEntropyOf(rows, labels);
      assertClose([loss], [reference()], FLOAT32);
      const expected = rows.flatMap((row) =>
        centralDifferences(row, reference)
      );
      assertClose(slope.flat(), expected, SLOPES);
    }),
    { seed: 1, numRuns: 40 },
  );
});

Deno.test("smoothedCrossEntropy() does not change when all logits of an image do", async () => {
  await fc.assert(
    fc.asyncProperty(logitsOfClasses, async ({ rows, labels }) => {
      const { loss } = await crossEntropyOf(rows, labels);
      const moved = rows.map((row, i) => row.map((x) => x + 8 * i));
      assertClose(
        [(await crossEntropyOf(moved, labels)).loss],
        [loss],
        FLOAT32,
      );
    }),
    { seed: 2, numRuns: 20 },
  );
});

Deno.test("smoothedCrossEntropy() is plain cross-entropy without temperature and smoothing", async () => {
  const plain = { ...CGD, temperature: 1, labelSmoothing: 0 };
  const { loss } = await crossEntropyOf([[0, Math.log(3)]], [1], plain);
  assertClose([loss], [Math.log(4 / 3)], FLOAT32);
});

Deno.test("smoothedCrossEntropy() is finite for logits that are far apart", async () => {
  const { loss, slope } = await crossEntropyOf([[1e4, -1e4, 0]], [1]);
  assertClose([loss], [0.9 * 4e4 + 0.1 * 2e4], FLOAT32);
  assertClose(slope[0]!, [
    2 * (1 - 0.1 / 3),
    -2 * (0.9 + 0.1 / 3),
    -2 * 0.1 / 3,
  ], SLOPES);
});

Deno.test("batchHardTriplet() equals its reference", async () => {
  await fc.assert(
    fc.asyncProperty(descriptors, async ({ rows, labels }) => {
      const { loss } = await tripletOf(rows, labels);
      const expected = batchHardTripletReference(rows, labels, CGD);
      assertClose([loss], [expected], FLOAT32);
    }),
    { seed: 3, numRuns: 60 },
  );
});

/** How far the choice of the hardest, and the loss's end at zero, are from changing. */
function isSmooth(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
): boolean {
  return rows.every((row, i) => {
    const apart = rows.map((other) =>
      Math.hypot(...other.map((x, f) => x - row[f]!))
    );
    const sorted = (isOwn: boolean): number[] =>
      apart.filter((_, j) => j !== i && (labels[j] === labels[i]) === isOwn)
        .sort((a, b) => a - b);
    const [own, others] = [sorted(true), sorted(false)];
    const lack = (own.at(-1) ?? 0) - others[0]! + CGD.margin;
    const isApart = (a = NaN, b = NaN): boolean => !(Math.abs(a - b) < 0.01);
    return isApart(own.at(-1), own.at(-2)) && isApart(others[0], others[1]) &&
      isApart(lack, 0) && [own.at(-1), others[0]].every((d) => !(d! < 0.05));
  });
}

Deno.test("batchHardTriplet() has the gradient of its reference", async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(descriptors, async ({ rows, labels }) => {
      fc.pre(isSmooth(rows, labels));
      count++;
      const { slope } = await tripletOf(rows, labels);
      const expected = rows.flatMap((row) =>
        centralDifferences(
          row,
          () => batchHardTripletReference(rows, labels, CGD),
        )
      );
      assertClose(slope.flat(), expected, SLOPES);
    }),
    { seed: 4, numRuns: 40 },
  );
  assert.ok(count > 20);
});

Deno.test("batchHardTriplet() does not depend on the order of images, nor on what classes are called", async () => {
  await fc.assert(
    fc.asyncProperty(descriptors, async ({ rows, labels }) => {
      const { loss } = await tripletOf(rows, labels);
      const other = labels.toReversed().map((label) => 7 - label);
      const turned = await tripletOf(rows.toReversed(), other);
      assertClose([turned.loss], [loss], FLOAT32);
    }),
    { seed: 5, numRuns: 25 },
  );
});

Deno.test("batchHardTriplet() is zero beyond the margin, with zero gradients", async () => {
  const rows = [[1, 0], [1, 0.125], [-1, 0], [-1, 0.125]];
  const { loss, slope } = await tripletOf(rows, [0, 0, 1, 1]);
  assert.equal(loss, 0);
  assert.ok(slope.flat().every((x) => x === 0));
});
