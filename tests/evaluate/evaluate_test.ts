import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import { writeEvaluation } from "../../lib/evaluate/evaluation_files.ts";
import { drain } from "../../lib/progress.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity } from "../tiny_city.ts";
import { evaluatePlainly } from "./evaluate_plainly.ts";
import { evaluate, withModel } from "./evaluate_small_model.ts";

testOnWasm(
  "evaluateModel() finds what every distance in double precision says",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = {
        ...await readTinyCity("test"),
        positiveRadius: 3, // one or two of a place's three photographs
      };
      const recallAt = [1, 3, 15];
      const expected = await evaluatePlainly(model, dataset, recallAt);
      const notes: string[] = [];
      const evaluation = await evaluate(
        model,
        dataset,
        { recallAt, describe: { describeBatch: 4 } },
        notes,
      );
      const { predictions, recall, queriesWithoutPositives } = evaluation;
      assert.equal(evaluation.dataset, dataset);
      assert.equal(predictions.count, 15);
      assert.deepEqual([...predictions.indices], expected.indices.flat());
      assert.deepEqual([...recall], expected.recall);
      assert.ok(recall.get(1)! > 0 && recall.get(1)! < recall.get(15)!);
      assert.equal(queriesWithoutPositives, 0);
      assert.deepEqual(notes, []);
    }),
);

testOnWasm(
  "evaluateModel() counts queries without a positive aloud, as missed",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = await readTinyCity("test");
      const { eastMeters } = dataset.queries;
      const moved: PlaceDataset = {
        ...dataset,
        queries: {
          ...dataset.queries,
          eastMeters: eastMeters.map((east, i) => i < 3 ? east + 1e5 : east),
        },
      };
      const notes: string[] = [];
      const { recall, queriesWithoutPositives } = await evaluate(
        model,
        moved,
        { recallAt: [15] },
        notes,
      );
      assert.equal(queriesWithoutPositives, 3);
      assert.equal(recall.get(15), 0.7);
      assert.deepEqual(notes, [
        "3 of 10 queries of split test have no database image within 25 meters; they count as missed",
      ]);
    }),
);

testOnWasm(
  "evaluateModel() leaves out the query itself where it is in the database",
  (engine) =>
    withModel(engine, async (model) => {
      const { database, ...rest } = await readTinyCity("test");
      const dataset: PlaceDataset = {
        ...rest,
        database,
        queries: database,
        ownDatabaseIndex: Int32Array.from(database.paths, (_, i) => i),
        positiveRadius: 5, // the third photograph of a place has no positive then
      };
      const recallAt = [1, 2, 14];
      const expected = await evaluatePlainly(model, dataset, recallAt);
      const { predictions, queriesWithoutPositives, recall } = await evaluate(
        model,
        dataset,
        { recallAt },
      );
      assert.equal(queriesWithoutPositives, 5);
      assert.deepEqual([...predictions.indices], expected.indices.flat());
      for (let query = 0; query < 15; query++) {
        const found = predictions.indices.subarray(14 * query, 14 * query + 14);
        assert.ok(!found.includes(query), `query ${query} found itself`);
      }
      assert.equal(recall.get(14), 10 / 15);
    }),
);

testOnWasm(
  "evaluateModel() keeps as many predictions as asked for",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = await readTinyCity("val");
      const all = await evaluate(model, dataset, { recallAt: [1, 12] });
      for (const predictions of [2, 20]) {
        const evaluation = await evaluate(model, dataset, {
          recallAt: [1, 12],
          predictions,
        });
        assert.deepEqual(evaluation.recall, all.recall);
        const { count, indices, distancesSquared } = evaluation.predictions;
        assert.equal(count, predictions);
        assert.equal(indices.length, 8 * count);
        assert.equal(distancesSquared.length, 8 * count);
        for (let query = 0; query < 8; query++) {
          assert.deepEqual(
            indices.slice(query * count, query * count + 2),
            all.predictions.indices.slice(query * 12, query * 12 + 2),
          );
        }
        assert.equal(indices.includes(-1), predictions > 12);
      }
    }),
);

testOnWasm(
  "evaluateModel() needs its folder only while it runs",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = await readTinyCity("val");
      await inFolder(async (folder) => {
        const cachePath = join(folder, "cache");
        const listed: string[] = [];
        const stage = evaluateModel(model, dataset, {
          output: join(folder, "output"),
          describe: { cachePath },
        });
        await drain(stage, () => {
          for (const { name } of Deno.readDirSync(cachePath)) listed.push(name);
        });
        assert.match(listed[0]!, /^cache-.*\.tmp$/);
        assert.deepEqual([...Deno.readDirSync(folder)], []);

        const events = evaluateModel(model, dataset, { output: folder });
        for (let i = 0; i < 3; i++) await events.next();
        assert.equal([...Deno.readDirSync(folder)].length, 1);
        await events.return(undefined as never);
        assert.deepEqual([...Deno.readDirSync(folder)], []);
      });
    }),
);

testOnWasm(
  "evaluateModel() names every wrong option",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = await readTinyCity("val");
      await assert.rejects(
        evaluate(model, dataset, { recallAt: [], predictions: 0 }),
        { name: "OptionsError", where: /^recallAt is .*; predictions is 0/ },
      );
    }),
);

testOnWasm(
  "writeEvaluation() writes recalls and predictions, whole",
  (engine) =>
    withModel(engine, async (model) => {
      const dataset = await readTinyCity("val");
      const evaluation = await evaluate(model, dataset, { predictions: 3 });
      await inFolder(async (folder) => {
        const output = join(folder, "deep", "output");
        await writeEvaluation(output, evaluation, { engine: "wasm" });
        const read = (name: string): Promise<string> =>
          Deno.readTextFile(join(output, name));
        assert.deepEqual(JSON.parse(await read("recalls.json")), {
          recall: Object.fromEntries(evaluation.recall),
          queries: 8,
          database: 12,
          queriesWithoutPositives: 0,
          countedQueries: 8,
          protocol: evaluation.protocol,
          engine: "wasm",
        });
        const lines = (await read("predictions.csv")).trimEnd().split("\n");
        assert.equal(lines.length, 1 + 8 * 3);
        const { queries } = JSON.parse(await read("predictions.json"));
        assert.equal(queries.length, 8);
        assert.equal(queries[0].predictions.length, 3);
        assert.equal([...Deno.readDirSync(output)].length, 3);
      });
    }),
);
