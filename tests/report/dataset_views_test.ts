import assert from "node:assert/strict";
import { decodeImage } from "../../lib/data/image/decode.ts";
import { plotAssignments } from "../../lib/plot/plot_assignments.ts";
import { plotMap } from "../../lib/plot/plot_map.ts";
import {
  mapAssignments,
  readImageAssignments,
} from "../../lib/report/assignment_maps.ts";
import { mapDataset, mapQuery } from "../../lib/report/dataset_map.ts";
import { readPlaceStrips } from "../../lib/report/place_strips.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity, TINY_HEIGHT, TINY_WIDTH } from "../tiny_city.ts";

// A place of the tiny city has 3 database images, within 12 m of its 2 queries.

Deno.test("mapDataset() has every image at its position", async () => {
  const dataset = await readTinyCity("test");
  const { points, unit } = mapDataset(dataset);
  assert.equal(unit, "meters");
  const count = (kind: string): number =>
    points.filter((point) => point.kind === kind).length;
  assert.deepEqual([count("database"), count("query")], [15, 10]);
  const third = points.find(({ query }) => query === 2)!;
  assert.equal(third.eastMeters, dataset.queries.eastMeters[2]);
  assert.match(plotMap(mapDataset(dataset)), /data-query="9"/);
});

Deno.test("mapQuery() has lines to the positives of a query, and the nearest negatives", async () => {
  const dataset = await readTinyCity("test");
  const { points, lines } = mapQuery(dataset, 2, 5);
  const count = (kind: string): number =>
    points.filter((point) => point.kind === kind).length;
  assert.deepEqual(
    [count("positive"), count("negative"), count("query")],
    [3, 5, 1],
  );
  assert.equal(lines!.length, 3);
  const east = dataset.queries.eastMeters[2];
  for (const { from, to, kind } of lines!) {
    assert.equal(from.eastMeters, east);
    assert.ok(Math.abs(to.eastMeters - from.eastMeters) <= 25);
    assert.equal(kind, "positive");
  }
});

Deno.test("readPlaceStrips() has the query with its positives, then negatives, nearest first", async () => {
  const [near, far] = await readPlaceStrips(await readTinyCity("test"), 0, 2);
  assert.deepEqual(near!.images.map(({ kind, caption }) => [kind, caption]), [
    ["query", "query"],
    ["positive", "2.0 m"],
    ["positive", "2.0 m"],
  ]);
  assert.match(near!.title, /within 25 m: 3$/);
  assert.deepEqual(far!.images.map(({ kind, caption }) => [kind, caption]), [
    ["negative", "98.0 m"],
    ["negative", "102.0 m"],
  ]);
  const { width, height } = decodeImage(near!.images[0]!.jpeg, "query");
  assert.deepEqual([width, height], [TINY_WIDTH, TINY_HEIGHT]);
});

Deno.test("readPlaceStrips() is of a query that there is", async () => {
  await assert.rejects(readPlaceStrips(await readTinyCity("test"), 99), {
    name: "OptionsError",
    where: "argument query",
  });
});

testOnWasm(
  "mapAssignments() shows the same clusters in all images",
  async (engine) => {
    const model = makeModel(engine);
    const { database } = await readTinyCity("test");
    const images = { resize: { width: 128, height: 96 } };
    const assigned = await readImageAssignments(
      model,
      database.paths.slice(0, 2),
      images,
    );
    const [first, second] = mapAssignments(assigned);
    assert.deepEqual(first!.shown, second!.shown);
    assert.equal(first!.K, 8);
    const members = first!.shown!.map((k) =>
      [...first!.clusters as Int32Array, ...second!.clusters as Int32Array]
        .filter((cluster) => cluster === k).length
    );
    assert.deepEqual(members, members.toSorted((a, b) => b - a));
    assert.equal(first!.clusters.length, first!.rows * first!.columns);
    assert.match(plotAssignments(first!), /data:image\/jpeg;base64,/);
    await model.dispose();
  },
);
