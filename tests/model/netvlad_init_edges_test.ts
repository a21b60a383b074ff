import assert from "node:assert/strict";
import fc from "fast-check";
import {
  initNetVladV1,
  initNetVladV2,
  type Rows,
} from "../../lib/model/netvlad_init.ts";
import { assertClose } from "../assert_close.ts";

function toRows(rows: readonly (readonly number[])[]): Rows {
  return {
    data: Float32Array.from(rows.flat()),
    rowLength: rows[0]?.length ?? 2,
  };
}

const VERSIONS = {
  initNetVladV1: { init: initNetVladV1, measure: cosine },
  initNetVladV2: { init: initNetVladV2, measure: nearness },
};

function cosine(x: readonly number[], c: readonly number[]): number {
  return x.reduce((sum, v, d) => sum + v * c[d]!, 0) / (Math.hypot(...c) || 1);
}

function nearness(x: readonly number[], c: readonly number[]): number {
  return -x.reduce((sum, v, d) => sum + (v - c[d]!) ** 2, 0);
}

/** Multiples of 1/32: exact in float32. */
const row = fc.tuple(
  fc.integer({ min: -32, max: 32 }).map((n) => n / 32),
  fc.integer({ min: -32, max: 32 }).map((n) => n / 32),
);

for (const [symbol, { init, measure }] of Object.entries(VERSIONS)) {
  Deno.test(`${symbol}() takes α from the mean gap of the two nearest clusters`, () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 2, maxLength: 5 }),
        fc.array(row, { minLength: 1, maxLength: 8 }),
        (centroids, descriptors) => {
          const gaps = descriptors.map((x) => {
            const [first, second] = centroids.map((c) => measure(x, c))
              .sort((a, b) => b - a);
            return first! - second!;
          });
          const gap = gaps.reduce((sum, value) => sum + value, 0) / gaps.length;
          fc.pre(gap > 1e-3);
          const { alpha } = init(toRows(centroids), toRows(descriptors));
          assertClose([alpha], [-Math.log(0.01) / gap], { rtol: 1e-4 });
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  Deno.test(`${symbol}() is finite with one cluster, zero descriptors or a zero centroid among others`, () => {
    const some = [[0.6, 0.8], [1, 0]];
    for (
      const [centroids, descriptors] of [
        [[[3, 4]], some],
        [[[0, 0]], some],
        [[[3, 4]], []],
        [[[1, 0], [0, 1], [1, 0]], [[0, 0], [0, 1]]],
        [[[1, 0], [0, 0]], some],
      ] as const
    ) {
      const values = init(toRows(centroids), toRows(descriptors));
      assert.ok(values.alpha > 0 && values.alpha < Infinity);
      assert.ok(values.assignWeights.every(Number.isFinite));
      assert.ok(values.assignBiases?.every(Number.isFinite) ?? true);
    }
  });

  Deno.test(`${symbol}() refuses to choose α where no cluster is nearest, or nothing is known`, () => {
    const twice = [[0.6, 0.8], [0.6, 0.8]];
    for (
      const [centroids, descriptors] of [
        [twice, [[0.6, 0.8], [0, 1]]],
        [[[1, 0], [0, 1]], [[Math.SQRT1_2, Math.SQRT1_2]]],
        [[[1, 0], [0, 1]], [[0, 0]]],
        [[[1, 0], [0, 1]], []],
        [[[1, 0], [0, 1]], [[NaN, 1], [1, 0]]],
      ]
    ) {
      assert.throws(() => init(toRows(centroids!), toRows(descriptors!)), {
        name: "CheckpointError",
        message: /^Cannot tell 2 clusters apart by \d local descriptors?/,
        where: /^centroids \(the two nearest .* (0|NaN) apart\)$/,
        fix: /differ more, or into fewer clusters$/,
      });
    }
  });
}
