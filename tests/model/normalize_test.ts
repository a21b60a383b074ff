import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { l2Normalize } from "../../lib/model/normalize.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";

await useWasmBackend();

/** A few float32 roundings; a GPU's square root and quotient have some more. */
const FLOAT32 = { rtol: 2e-6, atol: 1e-30 };

/** Rows of three, some of whose values are zero. */
const row = fc.array(
  fc.integer({ min: -64, max: 64 }).map((n) => n / 64),
  { minLength: 3, maxLength: 3 },
);

/** In double precision, of the float32 values: the definition of PyTorch's `normalize`. */
function normalizeReference(x: readonly number[]): number[] {
  const norm = Math.max(Math.hypot(...x), 1e-12);
  return x.map((value) => value / norm);
}

/** Slope of a sum with fixed weights in each value of a row. */
function slopeOf(x: readonly number[]): ArrayLike<number> {
  return tf.tidy(() =>
    tf.grad((x) => tf.sum(tf.mul(l2Normalize(x), tf.tensor2d([[1, -2, 3]]))))(
      tf.tensor2d([[...x]]),
    ).dataSync()
  );
}

/** Everything between the floor and the point where a square leaves float32. */
const SCALES = [1e-35, 1e-20, 1e-13, 5e-12, 1e-6, 1, 1e6, 1e12, 1e18];

testEachEngine(
  (engine) =>
    `l2Normalize() divides by the norm, or by 1e-12 if that is more, on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      const rows = SCALES.flatMap((scale) =>
        [[3, -4, 12], [0, 0, 1], [1, 1, 0], [0, -0, 0]].map((x) =>
          x.map((value) => Math.fround(value * scale))
        )
      );
      const x = tf.tensor2d(rows);
      const before = tf.memory().numTensors;
      const unit = l2Normalize(x);
      assert.equal(tf.memory().numTensors, before + 1);
      const values = await unit.data();
      assertClose(values, rows.flatMap(normalizeReference), {
        ...FLOAT32,
        atol: 1e-22, // 1e-35 · 1e12, where subnormal numbers are flushed to zero
      });
      tf.dispose([x, unit]);
    }),
);

testEachEngine(
  (engine) =>
    `l2Normalize() is not a number where squares leave float32, or the input is none, on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      const x = tf.tensor2d([[1e20, 0, 1], [3e38, 3e38, 0], [NaN, 1, 2]]);
      const unit = l2Normalize(x);
      assert.ok((await unit.data()).every(Number.isNaN));
      tf.dispose([x, unit]);
    }),
);

Deno.test("l2Normalize() has the gradient of central differences at any scale above its floor", () => {
  fc.assert(
    fc.property(
      row.filter((x) => Math.hypot(...x) > 0.1),
      fc.constantFrom(1e-10, 1e-3, 1, 1e5, 1e16),
      (x, scale) => {
        const expected = centralDifferences(x, () => {
          const [a, b, c] = normalizeReference(x);
          return a! - 2 * b! + 3 * c!;
        });
        assertClose(
          slopeOf(x.map((value) => value * scale)),
          expected.map((slope) => slope / scale),
          { rtol: 1e-4, atol: 1e-5 / scale },
        );
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("l2Normalize() has no gradient at its floor and below", () => {
  for (const scale of [0, -0, 1e-40, 1e-20, 9e-13]) {
    assert.ok(Array.from(slopeOf([scale, 0, 0])).every((slope) => slope === 0));
  }
  assert.ok(Array.from(slopeOf([2e-12, 0, 0])).some((slope) => slope !== 0));
});

Deno.test("l2Normalize() frees everything but its result and its gradient", () => {
  const x = tf.tensor2d([[1, 2, 3], [0, 0, 0]]);
  const before = tf.memory().numTensors;
  const { value, grad } = tf.valueAndGrad((x) => tf.sum(l2Normalize(x)))(x);
  assert.equal(tf.memory().numTensors, before + 2);
  tf.dispose([value, grad, x]);
});
