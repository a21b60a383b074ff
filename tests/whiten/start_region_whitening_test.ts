import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { createDecodePool } from "../../lib/data/image/decode_pool.ts";
import { describeRegions } from "../../lib/model/describe_parts.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import { startRegionWhitening } from "../../lib/whiten/start_region_whitening.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

const RMAC = { arch: "alexnet", pooling: "rmac", rmacWhiten: true } as const;

/** Whitens the regions of a model; returns what it was told. */
async function start(model: Model, dataset: PlaceDataset): Promise<string[]> {
  const notes: string[] = [];
  await drain(startRegionWhitening(model, dataset), (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
  return notes;
}

testOnWasm(
  "startRegionWhitening() whitens the regions of database images, the same every time, and once",
  async (engine) => {
    const dataset = await readTinyCity("train");
    const seen: Float32Array[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const model = makeModel(engine, RMAC);
      const notes = await start(model, dataset);
      assert.ok(!model.needsRegionWhitening);
      assert.match(
        notes.join("\n"),
        /^regions whitened by PCA of \d+ regions of 18 images$/,
      );
      seen.push((await model.exportTensors()).get("pool.whiten.weight")!.data);
      assert.deepEqual(await start(model, dataset), []);
      await model.dispose();
    }
    assert.deepEqual(seen[0], seen[1]);
    const D = Math.sqrt(seen[0]!.length);
    assert.ok(seen[0]!.some((value, i) => i % (D + 1) > 0 && value !== 0));
  },
);

testOnWasm(
  "startRegionWhitening() gives vectors without a mean, of variance 1 in all directions that they vary in",
  async (engine) => {
    const dataset = await readTinyCity("train");
    const model = makeModel(engine, RMAC);
    const { localLength: D } = model;
    await start(model, dataset);
    const tensors = await model.exportTensors();
    const weight = tensors.get("pool.whiten.weight")!.data;
    const bias = tensors.get("pool.whiten.bias")!.data;
    const rows: Float64Array[] = [];
    using pool = createDecodePool({});
    for (const path of dataset.database.paths) {
      const regions = await describeRegions(model, await pool.decode(path));
      for (let at = 0; at < regions.length; at += D) {
        rows.push(Float64Array.from(bias, (offset, p) => {
          let sum = offset;
          for (let d = 0; d < D; d++) {
            sum += weight[p * D + d]! * regions[at + d]!;
          }
          return sum;
        }));
      }
    }
    const first = rows.map((row) => row[0]!);
    const second = rows.map((row) => row[1]!);
    const product = (a: number[], b: number[]): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (rows.length - 1);
    const ones = first.map(() => 1);
    assertClose(
      [product(first, ones), product(first, second)],
      [0, 0],
      { atol: 1e-3 },
    );
    assertClose(
      [product(first, first), product(second, second)],
      [1, 1],
      { atol: 1e-3 },
    );
    await model.dispose();
  },
);

testOnWasm(
  "startRegionWhitening() leaves other models as they are",
  async (engine) => {
    const dataset = await readTinyCity("train");
    for (const given of [{ rmacWhiten: false }, { arch: "alexnet" }] as const) {
      const model = makeModel(engine, {
        arch: "alexnet",
        ...("rmacWhiten" in given && { pooling: "rmac" }),
        ...given,
      });
      assert.deepEqual(await start(model, dataset), []);
      await model.dispose();
    }
  },
);

testOnWasm(
  "startRegionWhitening() says that there are too few regions",
  async (engine) => {
    const { database, ...rest } = await readTinyCity("train");
    const paths = database.paths.slice(0, 1);
    const model = makeModel(engine, RMAC);
    const dataset = { ...rest, database: { ...database, paths } };
    await assert.rejects(start(model, dataset), {
      name: "DatasetError",
      where: "pittsburgh train: 20 regions",
      fix: "give images with more than 32 regions, or leave rmacWhiten out",
    });
    await model.dispose();
  },
);
