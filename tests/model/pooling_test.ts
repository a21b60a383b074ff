import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { averagePool, maxPool } from "../../lib/model/pooling.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { readGoldenArrays } from "../golden/read_arrays.ts";
import { channelsFirst, readChannelsLast } from "./channel_order.ts";

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

for (const [name, { layer, pool }] of Object.entries(LAYERS)) {
  const symbol = layer.name;

  Deno.test(`${symbol}() matches the golden output and gradient`, () => {
    const golden = readGoldenArrays("f_pooling/n2_c7_5x6");
    const key = (part: string): string => `netvlad_${name}/${part}`;
    const x = readChannelsLast(golden, "x");
    const direction = tf.tensor(
      golden.float32(key("R")),
      golden.shape(key("R")),
    );
    const slope = tf.grad((x) =>
      tf.sum(tf.mul(layer(x as tf.Tensor4D), direction))
    )(x);
    assertClose(
      layer(x).dataSync(),
      golden.float32(key("out")),
      golden.tolerances[key("out")]!,
    );
    assertClose(
      channelsFirst(slope),
      golden.float32(key("grad_x")),
      golden.tolerances[key("grad_x")]!,
    );
  });

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
