import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeImage } from "../../lib/data/image/decode.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import { drawImageStrip } from "../../lib/plot/draw_image_strip.ts";
import {
  readMatchStrips,
  readRetrievalStrips,
  readStripImages,
} from "../../lib/report/image_strips.ts";
import { makeRecallCurve } from "../../lib/report/recall_curve.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity, TINY_HEIGHT, TINY_WIDTH } from "../tiny_city.ts";
import { makeEvaluation } from "./make_evaluation.ts";

/** Images of the tiny city on a road: the first query is found at the second rank, the other one not. */
async function searchTinyCity(): Promise<Evaluation> {
  const { queries, database } = await readTinyCity("test");
  return makeEvaluation({
    queries: [[queries.paths[0]!, 0], [queries.paths[1]!, 3000]],
    database: [
      [database.paths[0]!, 10.4],
      [database.paths[5]!, 700],
      [database.paths[9]!, 900],
    ],
    predictions: [[1, 0, 2], [2, 1, -1]],
    recallAt: [1, 3],
  });
}

Deno.test("readStripImages() reads small JPEGs and their sizes", async () => {
  const { queries } = await readTinyCity("test");
  const path = queries.paths[0]!;
  const [whole] = await readStripImages([{ path, kind: "query" }]);
  const { width, height, kind, caption, jpeg } = whole!;
  assert.deepEqual([width, height], [TINY_WIDTH, TINY_HEIGHT]);
  assert.deepEqual([kind, caption], ["query", ""]);
  assert.equal(decodeImage(jpeg, path).width, TINY_WIDTH);

  const source = { path, kind: "positive", caption: "1 m" } as const;
  const [small] = await readStripImages([source], 32);
  assert.deepEqual([small!.width, small!.height], [32, 24]);
  assert.equal(decodeImage(small!.jpeg, path).height, 24);
  assert.equal(small!.caption, "1 m");
});

Deno.test("readRetrievalStrips() has each query and its predictions, right and wrong", async () => {
  const evaluation = await searchTinyCity();
  const strips = await readRetrievalStrips(evaluation, [1, 0]);
  assert.deepEqual(
    strips.map(({ images }) => images.map(({ kind }) => kind)),
    [["query", "wrong", "wrong"], ["query", "wrong", "right", "wrong"]],
  );
  const [, second] = strips;
  assert.deepEqual(
    second!.images.map(({ caption }) => caption),
    ["query", "700 m, 0.25", "10 m, 0.50", "900 m, 0.75"],
  );
  assert.match(drawImageStrip(strips), /data-kind="right"/);
});

Deno.test("readRetrievalStrips() has as many predictions as are asked for, and counts frames", async () => {
  const evaluation = await searchTinyCity();
  const inFrames = {
    ...evaluation,
    dataset: { ...evaluation.dataset, unit: "frames" as const },
  };
  const [strip] = await readRetrievalStrips(inFrames, [0], { predictions: 1 });
  assert.deepEqual(
    strip!.images.map(({ caption }) => caption),
    ["query", "700 frames, 0.25"],
  );
  await assert.rejects(readRetrievalStrips(evaluation, [0], { maxSide: 0 }), {
    name: "OptionsError",
    where: /^maxSide is 0, must be/,
  });
});

Deno.test("readRetrievalStrips() says which image it cannot read", () =>
  inFolder(async (folder) => {
    const gone = join(folder, "gone.jpg");
    const evaluation = makeEvaluation({
      queries: [[gone, 0]],
      database: [[gone, 0]],
      predictions: [[0]],
    });
    await assert.rejects(readRetrievalStrips(evaluation, [0]), {
      name: "DatasetError",
      where: new RegExp(gone),
    });
  }));

Deno.test("readMatchStrips() does not say what is right", async () => {
  const { predictions, dataset } = await searchTinyCity();
  const found = {
    queries: dataset.queries.paths,
    database: ["first.jpg", ...dataset.database.paths.slice(1)],
    predictions,
  };
  const [strip] = await readMatchStrips(found, [1], { predictions: 2 });
  assert.deepEqual(
    strip!.images.map(({ kind, caption }) => [kind, caption.split(" ")[0]]),
    [["query", "your"], ["database", "0.25"], ["database", "0.50"]],
  );
  const name = dataset.database.paths[2]!.match(/([^/]+)\.jpg$/)![1];
  assert.equal(strip!.images[1]!.caption, `0.25 ${name}`);
  assert.match(drawImageStrip([strip!]), /data-kind="database"/);
});

Deno.test("makeRecallCurve() has the recall of an evaluation with its confidence interval", async () => {
  const { title, points } = makeRecallCurve("a model", await searchTinyCity());
  assert.equal(title, "a model");
  assert.deepEqual(points.map(({ n, recall }) => [n, recall]), [
    [1, 0],
    [3, 0.5],
  ]);
  const [none, half] = points;
  assert.equal(none!.low, 0);
  assert.ok(half!.low! > 0.05 && half!.high! < 0.95);
});
