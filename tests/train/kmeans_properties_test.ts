import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { drain } from "../../lib/progress.ts";
import { createRandom } from "../../lib/random.ts";
import {
  improveCentroids,
  kMeans,
  type KMeansOptions,
  type KMeansResult,
} from "../../lib/train/kmeans.ts";
import { preparePoints } from "../../lib/train/kmeans_points.ts";
import {
  improveCentroidsReference,
  inertiaReference,
} from "../../lib/train/kmeans_reference.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { makePlainEngine } from "../plain_engine.ts";

type Products = Pick<Engine, "products" | "maxTensorBytes">;

/** A block of a few points, so that small inputs have several. */
const SMALL = makePlainEngine(64);

/** Distances are float32: what that may add to a sum of squares, as a share of all of them. */
const ROUNDING = 1e-6;

function improve(
  points: readonly number[][],
  first: readonly number[][],
  iterations: number,
): Promise<KMeansResult> {
  return drain(improveCentroids(
    SMALL,
    preparePoints(Float32Array.from(points.flat()), points[0]!.length),
    Float32Array.from(first.flat()),
    iterations,
  ));
}

function cluster(
  points: readonly number[][],
  options: Partial<KMeansOptions>,
  engine: Products = SMALL,
): Promise<KMeansResult> {
  return drain(kMeans(
    engine,
    Float32Array.from(points.flat()),
    points[0]!.length,
    { numClusters: 3, iterations: 100, restarts: 1, ...options },
    createRandom(1),
  ));
}

function toRows(values: Float32Array, rowLength: number): number[][] {
  return Array.from(
    { length: values.length / rowLength },
    (_, i) => [...values.subarray(i * rowLength, (i + 1) * rowLength)],
  );
}

/** Points of a few dimensions, some of them the same, and first centroids that need not be points. */
const starts = fc.integer({ min: 1, max: 4 }).chain((D) => {
  const row = fc.array(
    fc.integer({ min: -997, max: 997 }).map((n) => Math.fround(n / 997)),
    { minLength: D, maxLength: D },
  );
  return fc.record({
    pool: fc.array(row, { minLength: 3, maxLength: 15 }),
    picks: fc.array(fc.nat(99), { minLength: 6, maxLength: 30 }),
    first: fc.array(row, { minLength: 1, maxLength: 6 }),
  }).map(({ pool, picks, first }) => ({
    points: picks.map((pick) => pool[pick % pool.length]!),
    first,
  }));
});

function sumOfSquares(points: readonly number[][]): number {
  return inertiaReference(points, [points[0]!.map(() => 0)]);
}

Deno.test("improveCentroids() never raises the objective, and reaches that of its reference", async () => {
  await fc.assert(
    fc.asyncProperty(starts, async ({ points, first }) => {
      const rounding = ROUNDING * sumOfSquares(points);
      let before = inertiaReference(points, first);
      for (let iterations = 1; iterations <= 8; iterations++) {
        const { inertia, centroids } = await improve(points, first, iterations);
        assert.ok(inertia <= before + rounding, `${inertia} after ${before}`);
        const rows = toRows(centroids, points[0]!.length);
        const measured = inertiaReference(points, rows);
        assert.ok(Math.abs(inertia - measured) <= rounding);
        before = inertia;
      }
      const expected = improveCentroidsReference(points, first, 8);
      const reached = inertiaReference(points, expected);
      assert.ok(Math.abs(before - reached) <= 1e-3 * reached + rounding);
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("improveCentroids() does not depend on the order of points, nor on where the origin is", async () => {
  await fc.assert(
    fc.asyncProperty(starts, async ({ points, first }) => {
      const once = await improve(points, first, 1);
      const turned = await improve(points.toReversed(), first, 1);
      const shift = (rows: readonly number[][]): number[][] =>
        rows.map((row) => row.map((value) => Math.fround(value + 1)));
      const moved = await improve(shift(points), shift(first), 1);
      const rounding = 10 * ROUNDING * sumOfSquares(shift(points));
      if (once.sizes.some((size) => size === 0)) return; // what fills them may tie
      for (const other of [turned, moved]) {
        const difference = Math.abs(other.inertia - once.inertia);
        assert.ok(difference <= 0.01 * once.inertia + rounding);
      }
    }),
    { seed: 2, numRuns: 100 },
  );
});

Deno.test("kMeans() finds the mean with one cluster", async () => {
  await fc.assert(
    fc.asyncProperty(starts, async ({ points }) => {
      const { centroids, sizes } = await cluster(points, { numClusters: 1 });
      assert.deepEqual([...sizes], [points.length]);
      points[0]!.forEach((_, d) => {
        const mean = points.reduce((sum, row) => sum + row[d]!, 0) /
          points.length;
        assert.ok(Math.abs(centroids[d]! - mean) < 1e-6);
      });
    }),
    { seed: 3, numRuns: 50 },
  );
});

Deno.test("kMeans() has no distance left where there are as many clusters as different points", async () => {
  const coarse = fc.tuple(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -3, max: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(coarse, { minLength: 1, maxLength: 8, selector: String }),
      fc.array(fc.nat(99), { maxLength: 20 }),
      fc.nat(3),
      async (different, more, extra) => {
        const points = [
          ...different,
          ...more.map((i) => different[i % different.length]!),
        ];
        const numClusters = Math.min(different.length + extra, points.length);
        const { inertia, sizes, centroids } = await cluster(points, {
          numClusters,
        });
        assert.equal(inertia, 0);
        assert.ok(centroids.every(Number.isFinite));
        const filled = sizes.filter((size) => size > 0).length;
        assert.equal(filled, Math.min(different.length, numClusters));
      },
    ),
    { seed: 4, numRuns: 100 },
  );
});

Deno.test("improveCentroids() leaves a centroid where it is if every point is on another", async () => {
  const points = [[1, 1], [1, 1], [2, 2]];
  const first = [[1, 1], [2, 2], [5, 5]];
  const { centroids, sizes, inertia } = await improve(points, first, 3);
  assert.deepEqual(toRows(centroids, 2), first);
  assert.deepEqual([...sizes], [2, 1, 0]);
  assert.equal(inertia, 0);
});

Deno.test("kMeans() says how many points there are if they are fewer than clusters, or too long", async () => {
  await assert.rejects(cluster([[1, 0], [0, 1]], { numClusters: 64 }), {
    name: "OptionsError",
    message: /^Cannot find 64 clusters in 2 points/,
    where: "option numClusters",
    fix: "ask for at most 2 clusters, or give more images",
  });
  for (const value of [1e20, Infinity, -Infinity, NaN]) {
    await assert.rejects(cluster([[1], [2], [value], [3]], {}), {
      name: "CheckpointError",
      where: "point 2",
    });
  }
});

testEachEngine(
  (engine) =>
    `kMeans() finds clumps, and ends on points that are all the same, on ${engine}`,
  (name) =>
    withEngine(name, async (engine) => {
      const before = tf.memory().numTensors;
      const random = createRandom(3);
      const clumps = Array.from({ length: 60 }, (_, i) =>
        Array.from({ length: 16 }, (_, d) =>
          Math.fround((d === i % 6 ? 1 : 0) + 0.01 * random.nextNormal())));
      const { sizes } = await cluster(clumps, { numClusters: 6 }, engine);
      assert.deepEqual([...sizes], Array(6).fill(10));
      const same = clumps.map(() =>
        clumps[0]!
      );
      const ended = await cluster(same, {}, engine);
      assert.deepEqual([...ended.sizes], [60, 0, 0]);
      assert.equal(ended.inertia, 0);
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    }),
);
