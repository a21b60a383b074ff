import assert from "node:assert/strict";
import { makeGallery } from "../../lib/report/make_gallery.ts";
import { makeEvaluation, type RoadImage } from "./make_evaluation.ts";

const DATABASE: RoadImage[] = [0, 10, 30, 100, 200, 300, 400]
  .map((east, i) => [`city/db/${i}.jpg`, 1000 + east]);
const QUERIES: RoadImage[] = [
  ["city/q/right.jpg", 1004],
  ["city/q/second.jpg", 1031.26],
  ["city/q/nowhere.jpg", 990 + 160],
];

Deno.test("makeGallery() lists predictions, distances and what is right, query by query", () => {
  const { content, queryFiles, databaseFiles } = makeGallery(
    makeEvaluation({
      queries: QUERIES,
      database: DATABASE,
      predictions: [
        [1, 0, 5, 6, 3, 2],
        [4, 2, 1, 0, 3, 5],
        [3, 4, 0, 1, 2, 5],
      ],
    }),
    "runs/a",
  );
  assert.deepEqual(queryFiles, QUERIES.map(([path]) => path));
  // In the order of their first appearance; 2.jpg is the sixth of the first query, which is not shown.
  assert.deepEqual(
    databaseFiles,
    [1, 0, 5, 6, 3, 4, 2].map((i) => `city/db/${i}.jpg`),
  );
  assert.deepEqual(content, {
    count: 5,
    queries: {
      paths: QUERIES.map(([path]) => `../../${path}`),
      thumbnails: [null, null, null],
      eastMeters: [4, 31.3, 150],
      northMeters: [0, 0, 0],
    },
    database: {
      paths: databaseFiles.map((path) => `../../${path}`),
      thumbnails: databaseFiles.map(() => null),
      eastMeters: [10, 0, 300, 400, 100, 200, 30],
      northMeters: databaseFiles.map(() => 0),
    },
    predictions: [0, 1, 2, 3, 4, 5, 6, 0, 1, 4, 4, 5, 1, 0, 6],
    distances: [1, 2, 3].flatMap(() => [0.25, 0.5, 0.75, 1, 1.25]),
    positionDistances: [
      ...[6, 4, 296, 396, 96],
      ...[168.7, 1.3, 21.3, 31.3, 68.7],
      ...[50, 50, 150, 140, 120],
    ],
    correct: "110000110000000",
    firstCorrect: [1, 2, 0],
    numPositives: [2, 2, 0],
    bestPositive: [0, 6, -1],
  });
});

Deno.test("makeGallery() finds the first right prediction beyond those that are shown", () => {
  const { content } = makeGallery(
    makeEvaluation({
      queries: [["q.jpg", 1400]],
      database: DATABASE,
      predictions: [[0, 1, 2, 3, 4, 5, 6]],
    }),
    ".",
  );
  assert.deepEqual(content.firstCorrect, [7]);
  assert.deepEqual(content.bestPositive, [5]); // the sixth that is shown
  assert.equal(content.correct, "00000");
});

Deno.test("makeGallery() has fewer predictions where the database has fewer images", () => {
  const { content } = makeGallery(
    makeEvaluation({
      queries: [["q.jpg", 1000]],
      database: DATABASE.slice(0, 2),
      predictions: [[1, 0, -1, -1, -1, -1]],
    }),
    ".",
  );
  assert.deepEqual(content.predictions, [0, 1, -1, -1, -1]);
  assert.deepEqual(content.distances, [0.25, 0.5, 0, 0, 0]);
  assert.deepEqual(content.positionDistances, [10, 0, 0, 0, 0]);
  assert.equal(content.correct, "11000");
  const { content: two } = makeGallery(
    makeEvaluation({
      queries: [["q.jpg", 1000]],
      database: DATABASE,
      predictions: [[0, 1]],
    }),
    ".",
  );
  assert.equal(two.count, 2);
  assert.deepEqual(two.predictions, [0, 1]);
});

Deno.test("makeGallery() counts frames, and leaves a query out of its own positives", () => {
  const images = placeFrames(4);
  const { content } = makeGallery(
    makeEvaluation({
      queries: [],
      database: [],
      predictions: [[1], [0], [3], [0]],
      dataset: {
        queries: images,
        database: images,
        ownDatabaseIndex: Int32Array.of(0, 1, 2, 3),
        unit: "frames",
        positiveRadius: 1,
      },
    }),
    "/runs",
  );
  assert.deepEqual(content.numPositives, [1, 2, 2, 1]);
  assert.deepEqual(content.bestPositive, [0, 1, 2, 3]);
  assert.equal(content.correct, "1110");
  assert.deepEqual(content.database.paths, [1, 0, 3, 2].map(framePath));
  assert.deepEqual(content.queries.paths, [0, 1, 2, 3].map(framePath));
});

function framePath(frame: number): string {
  return `../frames/${frame}.png`;
}

function placeFrames(
  count: number,
): { paths: string[]; eastMeters: Float64Array; northMeters: Float64Array } {
  const frames = Array.from({ length: count }, (_, frame) => frame);
  return {
    paths: frames.map((frame) => `/frames/${frame}.png`),
    eastMeters: Float64Array.from(frames),
    northMeters: new Float64Array(count),
  };
}
