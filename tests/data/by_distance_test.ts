import assert from "node:assert/strict";
import { listByDistance } from "../../lib/data/by_distance.ts";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { findWithinRadius } from "../../lib/data/radius.ts";

const DATASET: PlaceDataset = {
  name: "line",
  split: "all",
  database: {
    paths: ["far", "near", "edge", "also near"],
    eastMeters: Float64Array.of(100, 3, 25, 0),
    northMeters: Float64Array.of(0, 4, 0, -5),
  },
  queries: {
    paths: ["query"],
    eastMeters: Float64Array.of(0),
    northMeters: Float64Array.of(0),
  },
  positiveRadius: 25,
  potentialPositiveRing: [0, 10],
  unit: "meters",
};

Deno.test("listByDistance() lists the nearest first, and knows positives as findWithinRadius() does", () => {
  const listed = listByDistance(DATASET, 0);
  assert.deepEqual(listed.map(({ index }) => index), [1, 3, 2, 0]);
  assert.deepEqual(listed.map(({ distance }) => distance), [5, 5, 25, 100]);
  const positives = listed.filter(({ isPositive }) => isPositive)
    .map(({ index }) => index).sort();
  const { queries, database, positiveRadius } = DATASET;
  const { indices } = findWithinRadius(queries, database, positiveRadius);
  assert.deepEqual(positives, [...indices]);
});

Deno.test("listByDistance() leaves out the query itself", () => {
  const leaving = { ...DATASET, ownDatabaseIndex: Int32Array.of(1) };
  assert.deepEqual(
    listByDistance(leaving, 0).map(({ index }) => index),
    [3, 2, 0],
  );
});

Deno.test("listByDistance() is of a query that there is", () => {
  for (const query of [-1, 1, 0.5, NaN]) {
    assert.throws(() => listByDistance(DATASET, query), {
      name: "OptionsError",
      where: "argument query",
      fix: "pass an integer from 0 to 0",
    });
  }
});
