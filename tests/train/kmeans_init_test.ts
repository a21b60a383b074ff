import assert from "node:assert/strict";
import { drain } from "../../lib/progress.ts";
import { createRandom, type Random } from "../../lib/random.ts";
import { squaredDistanceReference } from "../../lib/search/exact_reference.ts";
import { chooseFirstCentroids } from "../../lib/train/kmeans_init.ts";
import {
  measureDistances,
  preparePoints,
} from "../../lib/train/kmeans_points.ts";
import { inertiaReference } from "../../lib/train/kmeans_reference.ts";
import { makePlainEngine } from "../plain_engine.ts";

/** Points in the plane, in clumps of unequal size. */
function makeClumps(): number[][] {
  const random = createRandom(5);
  return Array.from({ length: 120 }, (_, i) => {
    const clump = i % 7 % 5;
    return [clump % 3, Math.floor(clump / 3)].map((center) =>
      Math.fround(center + 0.15 * random.nextNormal())
    );
  });
}

async function choose(
  points: readonly number[][],
  numClusters: number,
  random: Random,
): Promise<number[][]> {
  const centroids = await drain(chooseFirstCentroids(
    makePlainEngine(256),
    preparePoints(Float32Array.from(points.flat()), 2),
    numClusters,
    random,
  ));
  return Array.from(
    { length: numClusters },
    (_, k) => [...centroids.subarray(k * 2, k * 2 + 2)],
  );
}

/** K-means++ with one draw for each centroid. */
function choosePlainly(
  points: readonly number[][],
  numClusters: number,
  random: Random,
): number[][] {
  const chosen = [points[random.nextInteger(points.length)]!];
  while (chosen.length < numClusters) {
    const weights = points.map((point) =>
      Math.min(...chosen.map((other) => squaredDistanceReference(point, other)))
    );
    let rest = random.next() *
      weights.reduce((sum, weight) => sum + weight, 0);
    chosen.push(points[weights.findIndex((weight) => (rest -= weight) < 0)]!);
  }
  return chosen;
}

Deno.test("chooseFirstCentroids() chooses different points", async () => {
  const points = makeClumps();
  for (let seed = 0; seed < 10; seed++) {
    const centroids = await choose(points, 30, createRandom(seed));
    assert.equal(new Set(centroids.map(String)).size, 30);
    for (const centroid of centroids) {
      assert.ok(points.some((point) => String(point) === String(centroid)));
    }
  }
});

Deno.test("chooseFirstCentroids() starts better than k-means++ with one draw", async () => {
  const points = makeClumps();
  let [greedy, plain] = [0, 0];
  for (let seed = 0; seed < 30; seed++) {
    const centroids = await choose(points, 8, createRandom(seed));
    greedy += inertiaReference(points, centroids);
    plain += inertiaReference(
      points,
      choosePlainly(points, 8, createRandom(seed)),
    );
  }
  assert.ok(greedy < 0.9 * plain, `${greedy} and ${plain}`);
});

Deno.test("measureDistances() measures all points, and 0 from a point to itself", async () => {
  const [N, D] = [50, 37];
  const values = Float32Array.from(
    { length: N * D },
    (_, i) => 3 + Math.sin(i * i),
  );
  const points = preparePoints(values, D);
  const rows = Array.from(
    { length: N },
    (_, i) => [...values.subarray(i * D, (i + 1) * D)],
  );
  const seen = [];
  for await (
    const block of measureDistances(makePlainEngine(1000), points, values)
  ) {
    for (let b = 0; b < block.numPoints; b++) {
      const point = block.firstPoint + b;
      seen.push(point);
      rows.forEach((row, k) => {
        const distance = block.distancesSquared[b * N + k]!;
        const expected = squaredDistanceReference(row, rows[point]!);
        if (k === point) assert.equal(distance, 0);
        assert.ok(Math.abs(distance - expected) < 1e-3);
      });
    }
  }
  assert.deepEqual(seen, [...rows.keys()]);
});
