import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { gemPool } from "../../lib/model/gem.ts";
import { averagePool, maxPool } from "../../lib/model/pooling.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";

await useWasmBackend();

/** float32 sums of a few terms, a cube root and a normalisation. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-5 };
/** Their slopes, which reach 10 where what is pooled is small. */
const SLOPES = { rtol: 2e-3, atol: 1e-3 };

type Pool = (column: readonly number[]) => number;

function mean(column: readonly number[]): number {
  return column.reduce((sum, value) => sum + value, 0) / column.length;
}

const LAYERS: [(features: tf.Tensor4D) => tf.Tensor2D, Pool][] = [
  [averagePool, mean],
  [maxPool, (column) => Math.max(...column)],
  [gemPool, (column) => Math.cbrt(mean(column.map((value) => value ** 3)))],
];

/** Descriptor of one image in plain loops, of `[P][D]`. */
function poolReference(locals: readonly number[][], pool: Pool): number[] {
  const pooled = locals[0]!.map((_, d) => pool(locals.map((x) => x[d]!)));
  const norm = Math.max(Math.hypot(...pooled), 1e-12);
  return pooled.map((value) => value / norm);
}

/** Positions of one image, `[P][D]`: multiples of 1/32, all different within a channel. */
const images = fc.tuple(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 4 }),
).chain(([P, D]) =>
  fc.array(
    fc.uniqueArray(fc.integer({ min: -64, max: 64 }), {
      minLength: P,
      maxLength: P,
    }),
    { minLength: D, maxLength: D },
  )
).map((channels) =>
  channels[0]!.map((_, p) => channels.map((channel) => channel[p]! / 32))
);

for (const [layer, pool] of LAYERS) {
  const symbol = layer.name;
  const run = (locals: readonly number[][]): ArrayLike<number> =>
    tf.tidy(() => layer(tf.tensor4d([[locals as number[][]]])).dataSync());
  /** Images where no channel is pooled from values that cancel. */
  const clear = images.filter((locals) =>
    locals[0]!.every((_, d) => Math.abs(pool(locals.map((x) => x[d]!))) > 0.2)
  );

  Deno.test(`${symbol}() equals plain loops, in any order, at any scale, with each position twice`, () => {
    fc.assert(
      fc.property(clear, fc.constantFrom(1e-8, 1, 1e8), (locals, scale) => {
        const scaled = locals.map((x) => x.map((value) => value * scale));
        const expected = poolReference(locals, pool);
        for (
          const other of [scaled, scaled.toReversed(), [...locals, ...locals]]
        ) {
          assertClose(run(other), expected, FLOAT32);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  Deno.test(`${symbol}() has the gradient of plain loops`, () => {
    fc.assert(
      fc.property(clear, (locals) => {
        const probe = locals[0]!.map((_, d) => Math.cos(d + 1));
        const expected = locals.flatMap((x) =>
          centralDifferences(x, () =>
            poolReference(locals, pool)
              .reduce((sum, value, d) => sum + value * probe[d]!, 0))
        );
        const slope = tf.tidy(() =>
          tf.grad((x) =>
            tf.sum(tf.mul(layer(x as tf.Tensor4D), tf.tensor2d([probe])))
          )(tf.tensor4d([[locals]])).dataSync()
        );
        assertClose(slope, expected, SLOPES);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  testEachEngine(
    (engine) =>
      `${symbol}() has a gradient along which a constant image brightens on ${engine}`,
    (name) =>
      withEngine(name, async () => {
        const cell = [3, -4, 0.5];
        const features = tf.tensor4d([
          Array.from(
            { length: 4 },
            () => Array.from({ length: 5 }, () => cell),
          ),
        ]);
        const probe = [1, 2, 3];
        const before = tf.memory().numTensors;
        const slope = tf.grad((x) =>
          tf.sum(tf.mul(layer(x as tf.Tensor4D), tf.tensor2d([probe])))
        )(features);
        const sums = tf.sum(slope, [0, 1, 2]);
        const expected = centralDifferences(cell, () => {
          const norm = Math.hypot(...cell);
          return cell.reduce((sum, v, d) => sum + v / norm * probe[d]!, 0);
        });
        assertClose(await sums.data(), expected, FLOAT32);
        tf.dispose([slope, sums]);
        assert.ok(tf.memory().numTensors <= before + 1, "tensors leaked");
        features.dispose();
      }),
  );
}
