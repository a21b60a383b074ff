import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { DatasetPredictions } from "../../lib/evaluate/predictions.ts";
import { plotMap } from "../../lib/plot/plot_map.ts";
import { mapDataset, mapQuery } from "../../lib/report/dataset_map.ts";
import { readRetrievalStrips } from "../../lib/report/image_strips.ts";
import { readPlaceStrips } from "../../lib/report/place_strips.ts";
import { readTinyClasses, TINY_IMAGES } from "../tiny_classes.ts";

/** The first image of the first class, and what was found for it: one of its class, one of the next. */
function findForFirst(dataset: PlaceDataset): DatasetPredictions {
  return {
    dataset,
    predictions: {
      count: 2,
      indices: Int32Array.of(1, TINY_IMAGES),
      distancesSquared: Float64Array.of(0.25, 1),
    },
    positives: {
      offsets: Int32Array.of(0, 1),
      indices: Int32Array.of(1),
    },
  };
}

Deno.test("readRetrievalStrips() and readPlaceStrips() have no distances between classes", async () => {
  const dataset = await readTinyClasses("test");
  const [found] = await readRetrievalStrips(findForFirst(dataset), [0]);
  assert.deepEqual(found!.images.map(({ caption, kind }) => [caption, kind]), [
    ["query", "query"],
    ["0.50", "right"],
    ["1.00", "wrong"],
  ]);
  const strips = await readPlaceStrips(dataset, 0, 1);
  assert.deepEqual(strips.map(({ title }) => title), [
    "the query, and others of its class: 5",
    "images of other classes: 30",
  ]);
  assert.deepEqual(strips[0]!.images.map(({ caption }) => caption), [
    "query",
    "",
  ]);
});

Deno.test("mapDataset() and mapQuery() lay classes in rows", async () => {
  const dataset = await readTinyClasses("test");
  assert.match(plotMap(mapDataset(dataset)), / classes</);
  const titles = mapQuery(dataset, 0).points.map(({ title }) => title);
  assert.deepEqual(
    new Set(titles),
    new Set(["same class", "another class", undefined]),
  );
});
