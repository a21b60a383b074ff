import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import { evaluatePairs } from "../../lib/evaluate/evaluate_pairs.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import { measureEvaluation } from "../../lib/evaluate/figures.ts";
import type { EvaluateOptions } from "../../lib/evaluate/options.ts";
import {
  checkPairNames,
  listPairs,
  readPairs,
  writePairs,
} from "../../lib/evaluate/pairs.ts";
import {
  writePredictionsCsv,
  writePredictionsJson,
} from "../../lib/evaluate/predictions.ts";
import { drain } from "../../lib/progress.ts";
import { commonFolder, nameFrom } from "../../lib/image_names.ts";
import { inFolder } from "../in_folder.ts";

function place(folder: string, east: number[]): PlaceImages {
  return {
    paths: east.map((_, i) => `data/${folder}/${i}.jpg`),
    eastMeters: Float64Array.from(east),
    northMeters: new Float64Array(east.length),
  };
}

/** Database images each 100 m, queries at the first three and at one far away. */
const DATASET: PlaceDataset = {
  name: "line",
  split: "all",
  database: place("db", [0, 100, 200, 300]),
  queries: place("query", [0, 100, 200, 9000]),
  positiveRadius: 25,
  potentialPositiveRing: [0, 10],
  unit: "meters",
};

const PAIRS = new Map([
  ["query/0.jpg", ["db/0.jpg", "db/3.jpg"]],
  ["query/1.jpg", ["db/2.jpg", "db/1.jpg", "db/0.jpg"]],
  ["query/3.jpg", ["db/3.jpg"]],
]);

async function evaluate(
  pairs: ReadonlyMap<string, readonly string[]>,
  options: Partial<EvaluateOptions> = {},
  dataset: PlaceDataset = DATASET,
): Promise<{ evaluation: Evaluation; notes: string[] }> {
  const notes: string[] = [];
  const evaluation = await drain(
    evaluatePairs(dataset, pairs, { recallAt: [1, 2, 4], ...options }),
    ({ text }) => notes.push(text),
  );
  return { evaluation, notes };
}

Deno.test("evaluatePairs() takes the order of the lines for the ranking", async () => {
  const { evaluation, notes } = await evaluate(PAIRS);
  assert.deepEqual([...evaluation.recall], [[1, 0.25], [2, 0.5], [4, 0.5]]);
  assert.deepEqual([...evaluation.firstCorrect], [1, 2, 0, 0]);
  assert.deepEqual([...evaluation.predictions.indices], [
    ...[0, 3, -1, -1],
    ...[2, 1, 0, -1],
    ...[-1, -1, -1, -1],
    ...[3, -1, -1, -1],
  ]);
  assert.deepEqual(notes, [
    "1 of 4 queries have no pairs; they count as missed",
    "no query has more than 3 pairs: Recall@4 looks at no more",
    "1 of 4 queries of split all have no database image within 25 meters; they count as missed",
  ]);
});

Deno.test("evaluatePairs() knows no distances, and says so in no figure and no file", async () => {
  const { evaluation } = await evaluate(PAIRS);
  const { aucPr, aucPrOfRight, recallAtFullPrecision } = measureEvaluation(
    evaluation,
  );
  assert.deepEqual([aucPr, aucPrOfRight, recallAtFullPrecision], [
    null,
    null,
    null,
  ]);
  await inFolder(async (folder) => {
    const csv = join(folder, "predictions.csv");
    await writePredictionsCsv(csv, evaluation);
    const [, first] = (await Deno.readTextFile(csv)).split("\n");
    assert.equal(first, "data/query/0.jpg,1,data/db/0.jpg,,0,true");
    const json = join(folder, "predictions.json");
    await writePredictionsJson(json, evaluation);
    const { queries } = JSON.parse(await Deno.readTextFile(json));
    assert.equal(queries[0].predictions[0].distance, null);
  });
});

Deno.test("evaluatePairs() leaves out a query itself, as a search does", async () => {
  const all = DATASET.database;
  const dataset = {
    ...DATASET,
    queries: all,
    ownDatabaseIndex: Int32Array.of(0, 1, 2, 3),
    positiveRadius: 100,
  };
  const pairs = new Map([["db/0.jpg", ["db/0.jpg", "db/1.jpg"]]]);
  const { evaluation } = await evaluate(pairs, {}, dataset);
  assert.deepEqual(
    evaluation.predictions.indices.slice(0, 4),
    Int32Array.of(1, -1, -1, -1),
  );
  assert.equal(evaluation.recall.get(1), 0.25);
});

Deno.test("evaluatePairs() names images that the dataset has not", async () => {
  await assert.rejects(evaluate(new Map([["query/9.jpg", ["db/0.jpg"]]])), {
    name: "DatasetError",
    where: "no query of the dataset is query/9.jpg",
    fix: /^give pairs of this dataset and split/,
  });
  await assert.rejects(
    evaluate(new Map([["query/0.jpg", ["db/7.jpg", "query/1.jpg"]]])),
    {
      name: "DatasetError",
      where: "no database image of the dataset is db/7.jpg, query/1.jpg",
    },
  );
});

Deno.test("readPairs() gives back what writePairs() wrote, and takes lines in any order of queries", () =>
  inFolder(async (folder) => {
    const path = join(folder, "new", "pairs.txt");
    await writePairs(path, PAIRS);
    const text = await Deno.readTextFile(path);
    assert.equal(text.split("\n")[0], "query/0.jpg db/0.jpg");
    assert.deepEqual(await readPairs(path), PAIRS);
    // As hloc writes it: no line feed at the end.
    const mixed = "q2 b\r\nq1 a\r\n\r\nq2 a";
    await Deno.writeTextFile(path, mixed);
    assert.deepEqual(
      await readPairs(path),
      new Map([["q2", ["b", "a"]], ["q1", ["a"]]]),
    );
  }));

Deno.test("readPairs() reads a file of many pieces", () =>
  inFolder(async (folder) => {
    const path = join(folder, "pairs.txt");
    const ranked = Array.from({ length: 5000 }, (_, i) => `dätabase/${i}.jpg`);
    await writePairs(path, [["q.jpg", ranked]]);
    assert.ok((await Deno.stat(path)).size > 100_000);
    assert.deepEqual(await readPairs(path), new Map([["q.jpg", ranked]]));
  }));

Deno.test("readPairs() says which line is wrong", () =>
  inFolder(async (folder) => {
    const path = join(folder, "pairs.txt");
    const cases: [string, string][] = [
      ["a b\nc\n", 'line 2 is "c"'],
      ["a b\na c d\n", 'line 2 is "a c d"'],
      ["a b\n\na b\n", "line 3 repeats a pair"],
      ["\n\n", "it is empty"],
    ];
    for (const [text, reason] of cases) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(readPairs(path), {
        name: "DatasetError",
        where: `${path} (${reason})`,
        fix: /a query and a database image on each line/,
      });
    }
    await assert.rejects(readPairs(join(folder, "none.txt")), {
      name: "DatasetError",
      where: /none\.txt \(No such file/,
    });
  }));

Deno.test("writePairs() refuses names with spaces, and leaves what was there", () =>
  inFolder(async (folder) => {
    const path = join(folder, "pairs.txt");
    await Deno.writeTextFile(path, "before");
    await assert.rejects(writePairs(path, [["q.jpg", ["a b.jpg"]]]), {
      name: "CheckpointError",
      where: `${path}, image "a b.jpg"`,
      fix: /^give images names without spaces/,
    });
    assert.equal(await Deno.readTextFile(path), "before");
  }));

Deno.test("listPairs() names images from a folder on", async () => {
  const { evaluation } = await evaluate(PAIRS);
  const root = commonFolder([
    ...DATASET.database.paths,
    ...DATASET.queries.paths,
  ]);
  assert.equal(root, "data");
  assert.deepEqual([...listPairs(evaluation, { count: 2, root })], [
    ["query/0.jpg", ["db/0.jpg", "db/3.jpg"]],
    ["query/1.jpg", ["db/2.jpg", "db/1.jpg"]],
    ["query/2.jpg", []],
    ["query/3.jpg", ["db/3.jpg"]],
  ]);
});

Deno.test("checkPairNames() refuses a folder that images are not in, and names with spaces", () => {
  assert.doesNotThrow(() => checkPairNames("pairs.txt", DATASET, "."));
  assert.throws(() => checkPairNames("pairs.txt", DATASET, "data/db"), {
    name: "OptionsError",
    where: "data/query/0.jpg, from data/db on",
    fix: "choose a folder that all images are in",
  });
  const queries = { ...DATASET.queries, paths: ["data/a b.jpg"] };
  assert.throws(
    () => checkPairNames("pairs.txt", { ...DATASET, queries }, "data"),
    { name: "CheckpointError", where: 'pairs.txt, image "a b.jpg"' },
  );
});

Deno.test("commonFolder() is the innermost one", () => {
  assert.equal(commonFolder(["a/b/1.jpg", "a/b/c/2.jpg"]), "a/b");
  assert.equal(commonFolder(["a/b/1.jpg", "a/bc/2.jpg"]), "a");
  assert.equal(commonFolder(["a/1.jpg", "b/1.jpg"]), ".");
  assert.equal(commonFolder(["/a/1.jpg", "/b/1.jpg"]), "/");
  assert.equal(nameFrom("/", "/a/1.jpg"), "a/1.jpg");
});
