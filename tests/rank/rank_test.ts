import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import {
  rankAggregators,
  type Ranking,
  type RankSettings,
} from "../../lib/rank/rank.ts";
import { writeRanking } from "../../lib/rank/ranking_files.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { evaluate } from "../evaluate/evaluate_small_model.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity } from "../tiny_city.ts";

const RECALL_AT = [1, 2, 5];
const NARROW = { arch: "alexnet", widthDivisor: 8, numClusters: 4 } as const;

/** A narrow model whose NetVLAD has its centroids. */
async function makeNetVlad(engine: Engine): Promise<Model> {
  const model = await createModel(NARROW, { engine });
  const count = NARROW.numClusters * model.localLength;
  const values = Float32Array.from(
    { length: count },
    (_, i) => Math.cos(7 * i),
  );
  model.setCentroids(values, values);
  return model;
}

async function withRanking(
  engine: Engine,
  settings: RankSettings,
  act: (ranking: Ranking, made: {
    model: Model;
    dataset: PlaceDataset;
    notes: string[];
  }) => Promise<void> | void,
): Promise<void> {
  const model = await makeNetVlad(engine);
  const dataset = { ...await readTinyCity("test"), positiveRadius: 3 };
  const notes: string[] = [];
  const ranking = await drain(
    rankAggregators(model, dataset, {
      evaluate: { recallAt: RECALL_AT },
      ...settings,
    }),
    (event) => {
      if (event.kind === "note") notes.push(event.text);
    },
  );
  await act(ranking, { model, dataset, notes });
  await model.dispose();
}

testOnWasm(
  "rankAggregators() finds in one pass what the evaluation of each layer finds",
  (engine) =>
    withRanking(engine, {}, async ({ rows }, { model, dataset }) => {
      const whole = rows.filter(({ storage, isProjected }) =>
        storage === "float32" && !isProjected
      );
      assert.deepEqual(
        whole.map(({ aggregator, length }) => [aggregator, length]),
        [
          ["avg", 32],
          ["avg+prior", 32],
          ["max", 32],
          ["gem", 32],
          ["rmac", 32],
          ["crow", 32],
          ["netvlad", 128],
          ["histogram", 512],
        ],
      );
      const options = {
        "avg": { pooling: "avg" },
        "avg+prior": { pooling: "avg", centerPrior: true },
        "max": { pooling: "max" },
        "gem": { pooling: "gem" },
        "rmac": { pooling: "rmac" },
        "crow": { pooling: "crow" },
      } as const;
      for (const { aggregator, recall } of whole) {
        const own = options[aggregator as keyof typeof options];
        if (own === undefined) continue;
        const other = await createModel(
          { ...NARROW, ...own, lastRelu: true },
          { engine },
        );
        const alone = await evaluate(other, dataset, { recallAt: RECALL_AT });
        assert.deepEqual(recall, alone.recall, aggregator);
        await other.dispose();
      }
      const alone = await evaluate(model, dataset, { recallAt: RECALL_AT });
      assert.deepEqual(whole.at(-2)!.recall, alone.recall);
      assert.ok(whole.some(({ recall }) => recall.get(1)! < 1));
    }),
);

testOnWasm(
  "rankAggregators() tries every length that PCA can give, in every storage",
  (engine) =>
    withRanking(
      engine,
      { rankLengths: [4, 8, 14, 15, 1000] },
      ({ rows }, { notes }) => {
        const gem = rows.filter(({ aggregator }) => aggregator === "gem");
        assert.deepEqual(
          gem.map(({ length, storage, bytes, isProjected }) => [
            length,
            storage,
            bytes,
            isProjected,
          ]),
          [[32, false], [14, true], [8, true], [4, true]].flatMap((
            [length, isProjected],
          ) => [
            [length, "float32", 4 * Number(length), isProjected],
            [length, "float16", 2 * Number(length), isProjected],
            [length, "int8", Number(length) + 4, isProjected],
          ]),
        );
        assert.deepEqual(notes, [
          "no PCA to 15, 1000 values: it needs longer descriptors and more database images than that",
        ]);
      },
    ),
);

testOnWasm(
  "rankAggregators() refuses a model that has nothing to compare with",
  async (engine) => {
    const dataset = await readTinyCity("test");
    const model = await createModel({ ...NARROW, pooling: "gem" }, { engine });
    await assert.rejects(drain(rankAggregators(model, dataset)), {
      name: "OptionsError",
      where: "argument model: its pooling is gem",
    });
    await model.dispose();
    const without = await createModel(NARROW, { engine });
    await assert.rejects(drain(rankAggregators(without, dataset)), {
      where: "argument model: its NetVLAD has no centroids",
    });
    await without.dispose();
  },
);

testOnWasm(
  "writeRanking() writes the same rows as CSV and JSON",
  (engine) =>
    withRanking(
      engine,
      { rankLengths: [4], rankStorages: ["int8"] },
      (ranking) =>
        inFolder(async (folder) => {
          const summary = { queries: 10 };
          await writeRanking(folder, ranking, { plot: "<svg/>", summary });
          const read = (name: string): Promise<string> =>
            Deno.readTextFile(join(folder, name));
          assert.equal(await read("ranking.svg"), "<svg/>");
          const [head, first, ...rest] = (await read("ranking.csv")).split(
            "\n",
          );
          assert.equal(
            head,
            "aggregator,length,projected,storage,bytes,recall@1,recall@2,recall@5",
          );
          const { queries, ranking: records } = JSON.parse(
            await read("ranking.json"),
          );
          assert.equal(queries, 10);
          assert.equal(records.length, ranking.rows.length);
          assert.equal(rest.length, ranking.rows.length);
          const { recall } = records[0];
          assert.equal(
            first,
            `avg,32,false,int8,36,${RECALL_AT.map((n) => recall[n]).join()}`,
          );
        }),
    ),
);
