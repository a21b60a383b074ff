import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { gemPool, generalizedMean } from "../../lib/model/gem.ts";
import { averagePool, maxPool } from "../../lib/model/pooling.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";

await useWasmBackend();

/** Two images of 2 × 3 positions with 4 channels, all values different. */
const [N, P, D] = [2, 6, 4];
const SHAPE: [number, number, number, number] = [N, 2, 3, D];
const VALUES = Array.from({ length: N * P * D }, (_, i) => Math.sin(5 * i + 1));

const LAYERS = {
  max: {
    layer: maxPool,
    pool: (column: number[]): number => Math.max(...column),
  },
  avg: {
    layer: averagePool,
    pool: (column: number[]): number =>
      column.reduce((a, b) => a + b, 0) / column.length,
  },
  gem: {
    layer: gemPool,
    pool: (column: number[]): number =>
      Math.cbrt(
        column.reduce((sum, value) => sum + value ** 3, 0) / column.length,
      ),
  },
};

/** The layer in plain loops and double precision. */
function poolReference(
  values: number[],
  pool: (column: number[]) => number,
): number[] {
  return Array.from({ length: N }, (_, n) => {
    const pooled = Array.from(
      { length: D },
      (_, d) =>
        pool(Array.from({ length: P }, (_, p) => values[(n * P + p) * D + d]!)),
    );
    return pooled.map((value) => value / Math.hypot(...pooled));
  }).flat();
}

for (const { layer, pool } of Object.values(LAYERS)) {
  const symbol = layer.name;

  Deno.test(`${symbol}() equals plain loops, its gradient central differences of them`, () => {
    const x = tf.tensor4d(VALUES, SHAPE);
    assertClose(
      layer(x).dataSync(),
      poolReference(VALUES, pool),
      { rtol: 1e-5, atol: 1e-6 },
    );
    const probe = Array.from({ length: N * D }, (_, i) => Math.cos(i));
    const slope = tf.grad((x) =>
      tf.sum(tf.mul(layer(x as tf.Tensor4D), tf.tensor2d(probe, [N, D])))
    )(x);
    const expected = centralDifferences(
      VALUES,
      () =>
        poolReference(VALUES, pool)
          .reduce((sum, value, i) => sum + value * probe[i]!, 0),
    );
    assertClose(slope.dataSync(), expected, { rtol: 1e-4, atol: 1e-5 });
  });

  Deno.test(`${symbol}() does not depend on the order of positions or the scale of features`, () => {
    const changed = [0, 1].flatMap((n) =>
      Array.from({ length: P }, (_, p) => p).toReversed().flatMap((p) =>
        VALUES.slice((n * P + p) * D, (n * P + p + 1) * D)
          .map((value) => 3 * value)
      )
    );
    assertClose(
      layer(tf.tensor4d(changed, SHAPE)).dataSync(),
      layer(tf.tensor4d(VALUES, SHAPE)).dataSync(),
      { rtol: 1e-5, atol: 1e-6 },
    );
  });

  Deno.test(`${symbol}() stays finite, its gradient too, where all features are zero`, () => {
    const zeros = tf.zeros<tf.Rank.R4>(SHAPE);
    const slope = tf.grad((x) => tf.sum(layer(x as tf.Tensor4D)))(zeros);
    assert.ok(layer(zeros).dataSync().every((value) => value === 0));
    assert.ok(slope.dataSync().every(Number.isFinite));
  });

  Deno.test(`${symbol}() says which shape is wrong`, () => {
    const flat = tf.zeros([2, 3]) as unknown as tf.Tensor4D;
    assert.throws(() => layer(flat), {
      name: "ShapeError",
      where: "argument features",
      fix: "pass shape [N, H, W, D]",
    });
  });

  Deno.test(`${symbol}() frees everything but its result`, () => {
    const x = tf.tensor4d(VALUES, SHAPE);
    const before = tf.memory().numTensors;
    layer(x).dispose();
    assert.equal(tf.memory().numTensors, before);
  });
}

Deno.test("generalizedMean() has a gradient of zero in a channel of zeros, and not in others", () => {
  const x = tf.tensor4d([0, 1, 0, -2, 0, 3], [1, 1, 3, 2]);
  const slope = tf.grad((x) => tf.sum(generalizedMean(x as tf.Tensor4D)))(x);
  const mean = (1 - 8 + 27) / 3;
  const factor = mean ** (-2 / 3) / 3;
  assertClose(generalizedMean(x).dataSync(), [0, Math.cbrt(mean)], {
    rtol: 1e-6,
  });
  assertClose(
    slope.dataSync(),
    [0, factor, 0, 4 * factor, 0, 9 * factor],
    { rtol: 1e-5 },
  );
});
