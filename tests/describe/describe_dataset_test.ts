import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import {
  createDatasetDescriptors,
  createDatasetFeatures,
  describeDataset,
} from "../../lib/describe/describe_dataset.ts";
import { drain, type ProgressEvent } from "../../lib/progress.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { describeOneByOne } from "../model/describe_one_by_one.ts";
import { readTinyCity } from "../tiny_city.ts";

testOnWasm(
  "describeDataset() writes the descriptors of both sides",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    const dataset = await readTinyCity("val");
    const events: ProgressEvent[] = [];
    await inFolder(async (folder) => {
      {
        using source = createDatasetFeatures(model, dataset, {});
        using target = createDatasetDescriptors(
          dataset,
          folder,
          model.descriptorLength,
        );
        await drain(
          describeDataset(model, source, target, 5),
          (event) => events.push(event),
        );
        for (const role of ["database", "queries"] as const) {
          const { numRows, read } = target[role];
          const { paths } = dataset[role];
          assert.equal(numRows, paths.length);
          const expected = await describeOneByOne(model, paths);
          assert.deepEqual(read(0, numRows), expected, role);
        }
      }
      assert.deepEqual([...Deno.readDirSync(folder)], [], "files are left");
    });
    assert.deepEqual(
      events.map(({ phase, done, total }) => `${phase} ${done}/${total}`),
      [
        ...[0, 5, 10, 12].map((done) => `describe database ${done}/12`),
        ...[0, 5, 8].map((done) => `describe queries ${done}/8`),
      ],
    );
    await model.dispose();
  },
);

testOnWasm(
  "describeDataset() describes the images once where the queries are the database",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    const { database, ...rest } = await readTinyCity("val");
    const dataset: PlaceDataset = { ...rest, database, queries: database };
    await inFolder(async (folder) => {
      using source = createDatasetFeatures(model, dataset, {});
      using target = createDatasetDescriptors(
        dataset,
        folder,
        model.descriptorLength,
      );
      assert.equal(target.queries, target.database);
      const phases = new Set<string>();
      await drain(
        describeDataset(model, source, target, 5),
        ({ phase }) => phases.add(phase),
      );
      assert.deepEqual([...phases], ["describe database"]);
      assert.deepEqual(
        target.queries.read(0, 12),
        await describeOneByOne(model, database.paths),
      );
    });
    await model.dispose();
  },
);
