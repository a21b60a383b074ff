import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import {
  type DatasetPredictions,
  writePredictionsCsv,
  writePredictionsJson,
} from "../../lib/evaluate/predictions.ts";

const dataset: PlaceDataset = {
  name: "tiny",
  split: "all",
  database: {
    paths: ["d/plain.jpg", 'd/a "b", c.jpg', "d/line\nbreak.jpg"],
    eastMeters: Float64Array.of(0, 3, 500_000.125),
    northMeters: Float64Array.of(0, 4, 0),
  },
  queries: {
    paths: ["q/1.jpg", "q/ü,2.jpg"],
    eastMeters: Float64Array.of(0, 500_000),
    northMeters: Float64Array.of(0, 0),
  },
  positiveRadius: 25,
  potentialPositiveRing: [0, 10],
  unit: "meters",
};

const found: DatasetPredictions = {
  dataset,
  predictions: {
    count: 3,
    indices: Int32Array.of(1, 0, 2, 2, 1, -1),
    distancesSquared: Float64Array.of(0.25, 1, 4, 0, 2, Infinity),
  },
  positives: {
    offsets: Int32Array.of(0, 2, 3),
    indices: Int32Array.of(0, 1, 2),
  },
};

const EXPECTED = [
  ["q/1.jpg", 1, 'd/a "b", c.jpg', 0.5, 5, true],
  ["q/1.jpg", 2, "d/plain.jpg", 1, 0, true],
  ["q/1.jpg", 3, "d/line\nbreak.jpg", 2, 500000.125, false],
  ["q/ü,2.jpg", 1, "d/line\nbreak.jpg", 0, 0.125, true],
  ["q/ü,2.jpg", 2, 'd/a "b", c.jpg', 1.41421356, 499997, false],
];

async function writeAndRead(
  write: (path: string, found: DatasetPredictions) => Promise<void>,
  content: DatasetPredictions,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await write(`${folder}/new/predictions`, content);
    const names = [...Deno.readDirSync(`${folder}/new`)].map((entry) =>
      entry.name
    );
    assert.deepEqual(names, ["predictions"]);
    return await Deno.readTextFile(`${folder}/new/predictions`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writePredictionsCsv() writes a line per prediction that any CSV reader reads", async () => {
  const text = await writeAndRead(writePredictionsCsv, found);
  const [header, ...lines] = parse(text) as string[][];
  assert.deepEqual(header, [
    "query",
    "rank",
    "database",
    "distance",
    "positionDistanceMeters",
    "correct",
  ]);
  assert.deepEqual(lines, EXPECTED.map((line) => line.map(String)));
});

Deno.test("writePredictionsJson() writes the same, query by query", async () => {
  const { queries } = JSON.parse(
    await writeAndRead(writePredictionsJson, found),
  );
  const lines = queries.flatMap((
    { query, predictions }: { query: string; predictions: object[] },
  ) => predictions.map((prediction) => [query, ...Object.values(prediction)]));
  assert.deepEqual(lines, EXPECTED);
  assert.deepEqual(Object.keys(queries[0].predictions[0]), [
    "rank",
    "database",
    "distance",
    "positionDistanceMeters",
    "correct",
  ]);
});

Deno.test("writePredictionsCsv() counts in frames where the dataset does", async () => {
  const text = await writeAndRead(writePredictionsCsv, {
    ...found,
    dataset: { ...dataset, unit: "frames" },
  });
  assert.match(text, /^query,rank,database,distance,positionDistanceFrames,/);
});

Deno.test("writePredictionsJson() writes valid JSON without queries", async () => {
  const none = {
    paths: [],
    eastMeters: new Float64Array(),
    northMeters: new Float64Array(),
  };
  const text = await writeAndRead(writePredictionsJson, {
    dataset: { ...dataset, queries: none },
    predictions: {
      count: 1,
      indices: new Int32Array(),
      distancesSquared: new Float64Array(),
    },
    positives: { offsets: new Int32Array(1), indices: new Int32Array() },
  });
  assert.deepEqual(JSON.parse(text), { queries: [] });
});

Deno.test("writePredictionsCsv() leaves the old file when it fails half-way", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/predictions.csv`;
  await Deno.writeTextFile(path, "old");
  const database = {
    ...dataset.database,
    get paths(): string[] {
      throw new Error("half-way");
    },
  };
  const broken = { ...found, dataset: { ...dataset, database } };
  try {
    await assert.rejects(writePredictionsCsv(path, broken), {
      name: "CheckpointError",
    });
    assert.equal(await Deno.readTextFile(path), "old");
    assert.equal([...Deno.readDirSync(folder)].length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
