import assert from "node:assert/strict";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import { listOf, listTrainQueries } from "../../lib/train/train_queries.ts";

/** Images on a line. */
function onLine(...eastMeters: number[]): PlaceImages {
  return {
    paths: eastMeters.map((east) => `${east}.jpg`),
    eastMeters: Float64Array.from(eastMeters),
    northMeters: new Float64Array(eastMeters.length),
  };
}

function makeDataset(
  database: PlaceImages,
  queries: PlaceImages,
  more: Partial<PlaceDataset> = {},
): PlaceDataset {
  return {
    name: "line",
    split: "train",
    database,
    queries,
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
    ...more,
  };
}

/** Runs `listTrainQueries()` to its end. */
function list(
  dataset: PlaceDataset,
): {
  notes: string[];
  indices: number[];
  positives: number[][];
  nearby: number[][];
} {
  const stage = listTrainQueries(dataset);
  const notes: string[] = [];
  while (true) {
    const { value, done } = stage.next();
    if (!done) {
      notes.push(value.text);
      continue;
    }
    const lists = (of: typeof value.nearby): number[][] =>
      dataset.queries.paths.map((_, query) => [...listOf(of, query)]);
    return {
      notes,
      indices: value.indices,
      positives: lists(value.potentialPositives),
      nearby: lists(value.nearby),
    };
  }
}

Deno.test("listTrainQueries() finds potential positives and what is no negative", () => {
  const dataset = makeDataset(onLine(0, 10, 25, 100), onLine(0, 5, 105));
  assert.deepEqual(list(dataset), {
    notes: [],
    indices: [0, 1, 2],
    positives: [[0, 1], [0, 1], [3]],
    nearby: [[0, 1, 2], [0, 1, 2], [3]],
  });
});

Deno.test("listTrainQueries() leaves out queries without potential positive or negative, and counts them aloud", () => {
  const dataset = makeDataset(onLine(0, 50), onLine(11, 25, 1, 45));
  const { indices, notes } = list(dataset);
  assert.deepEqual(indices, [2, 3]);
  assert.deepEqual(notes, [
    "2 of 4 training queries have no database image within 0 to 10 meters (potential positives), or no negative; they are left out",
  ]);
  const wide = { ...dataset, positiveRadius: 48 };
  assert.deepEqual(list(wide).indices, [2], "the others have no negative");
});

Deno.test("listTrainQueries() takes a ring", () => {
  const dataset = makeDataset(onLine(0, 10, 20, 100), onLine(0, 100), {
    potentialPositiveRing: [10, 25],
  });
  const { indices, positives } = list(dataset);
  assert.deepEqual(positives, [[2], []]);
  assert.deepEqual(indices, [0]);
});

Deno.test("listTrainQueries() does not take a query for its own positive or negative", () => {
  const images = onLine(0, 5, 100);
  const { indices, positives, nearby } = list(
    makeDataset(images, images, {
      ownDatabaseIndex: Int32Array.of(0, 1, 2),
    }),
  );
  assert.deepEqual(positives, [[1], [0], []]);
  assert.deepEqual(nearby, [[0, 1], [0, 1], [2]]);
  assert.deepEqual(indices, [0, 1]);
});

Deno.test("listTrainQueries() refuses a dataset that nothing can be learned from", () => {
  assert.throws(() => list(makeDataset(onLine(0), onLine(50, 60))), {
    name: "DatasetError",
    message: /^Cannot train: no query has a potential positive/,
    where: "line, split train, 0 to 10 meters (potential positives)",
    fix: /potentialPositiveRing/,
  });
  assert.throws(() => list(makeDataset(onLine(0, 20), onLine(1, 15))), {
    name: "DatasetError",
    message: /^Cannot train: no query has a negative/,
    where: "line, split train, beyond 25 meters",
    fix: /other places, or lower positiveRadius/,
  });
});
