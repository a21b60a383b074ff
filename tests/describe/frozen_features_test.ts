import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import {
  createFrozenFeatures,
  type FeatureStore,
  type FrozenFeatures,
} from "../../lib/describe/frozen_features.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import type { Model } from "../../lib/model/model.ts";
import { makeImage } from "../data/image/images.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** Rows by image, in the order in which they came. */
type Rows = Map<number, Float32Array>;

/** What the tests read from. */
interface Bench {
  model: Model;
  paths: readonly string[];
  /** Images of every run of the frozen part so far. */
  runs: number[];
  /** Bytes of the features of one image. */
  rowBytes: number;
  /** A store that is not there yet. */
  store: FeatureStore;
}

/** Gives a test a model and 18 images, and checks that nothing is left on disk. */
async function onBench(
  engine: Engine,
  act: (bench: Bench) => Promise<void>,
): Promise<void> {
  const watched = watchEngine(engine);
  const model = makeModel(watched.engine, { arch: "alexnet" });
  const { database: { paths } } = await readTinyCity("train");
  const { height, width, channels } = model.frozenSize({
    height: 48,
    width: 64,
  });
  await inFolder(async (folder) => {
    await act({
      model,
      paths,
      runs: watched.runs,
      rowBytes: height * width * channels * 4,
      store: { path: join(folder, "features.f32"), maxBytes: 1e9 },
    });
    assert.deepEqual([...Deno.readDirSync(folder)], [], "files are left");
  });
  await model.dispose();
}

async function readRows(
  source: FrozenFeatures,
  indices: readonly number[],
  batchSize = 4,
): Promise<Rows> {
  const rows: Rows = new Map();
  for await (const batch of source.read(indices, batchSize)) {
    assert.ok(batch.indices.length <= batchSize);
    assert.equal(batch.features.shape[0], batch.indices.length);
    const values = await batch.features.data() as Float32Array;
    const length = values.length / batch.indices.length;
    batch.indices.forEach((index, i) =>
      rows.set(index, values.slice(i * length, (i + 1) * length))
    );
    batch.dispose();
  }
  return rows;
}

const ALL = Array.from({ length: 18 }, (_, i) => i);

testOnWasm(
  "read() computes features each time without a store",
  (engine) =>
    onBench(engine, async ({ model, paths, runs }) => {
      using source = createFrozenFeatures(model, paths, {});
      const first = await readRows(source, ALL);
      assert.deepEqual([...first.keys()], ALL);
      assert.notDeepEqual(first.get(0), first.get(17));
      assert.deepEqual(await readRows(source, ALL), first);
      assert.deepEqual(runs, [4, 4, 4, 4, 2, 4, 4, 4, 4, 2]);
    }),
);

testOnWasm(
  "read() computes features once with a store, and keeps them to the bit",
  (engine) =>
    onBench(engine, async ({ model, paths, runs, store }) => {
      using plain = createFrozenFeatures(model, paths, {});
      const expected = await readRows(plain, ALL);
      runs.length = 0;
      using source = createFrozenFeatures(model, paths, {}, store);
      assert.deepEqual(await readRows(source, ALL, 5), expected);
      assert.deepEqual(runs, [5, 5, 5, 3]);
      assert.deepEqual(await readRows(source, ALL, 7), expected);
      assert.deepEqual(await readRows(source, [16, 3]), pick(expected, 16, 3));
      assert.deepEqual(runs, [5, 5, 5, 3], "features are computed again");
    }),
);

testOnWasm(
  "read() hands out what is kept first, then what is not",
  (engine) =>
    onBench(engine, async ({ model, paths, runs, store }) => {
      using source = createFrozenFeatures(model, paths, {}, store);
      const some = await readRows(source, [5, 2, 9]);
      assert.deepEqual([...some.keys()], [5, 2, 9]);
      const mixed = await readRows(source, [7, 2, 0, 9]);
      assert.deepEqual([...mixed.keys()], [2, 9, 7, 0]);
      assert.deepEqual(mixed.get(9), some.get(9));
      assert.deepEqual(runs, [3, 2]);
    }),
);

testOnWasm(
  "read() keeps as many images as there is space for",
  (engine) =>
    onBench(engine, async ({ model, paths, runs, rowBytes, store }) => {
      using plain = createFrozenFeatures(model, paths, {});
      const expected = await readRows(plain, ALL);
      for (const [fraction, kept] of [[6.5, 6], [0.9, 0], [99, 18]] as const) {
        const maxBytes = fraction * rowBytes;
        using source = createFrozenFeatures(model, paths, {}, {
          ...store,
          maxBytes,
        });
        assert.deepEqual(await readRows(source, ALL), expected);
        assert.ok(Deno.statSync(store.path).size <= maxBytes);
        runs.length = 0;
        assert.deepEqual(await readRows(source, ALL), expected);
        assert.equal(runs.reduce((sum, run) => sum + run, 0), 18 - kept);
      }
    }),
);

testOnWasm(
  "read() runs and hands out as many images at a time as the engine can hold",
  (engine) =>
    onBench(engine, async ({ paths, store }) => {
      const bytesPerImage = 48 * 64 * 3 * 4; // the largest value is the image
      for (
        const [trainFrom, sizes] of [["conv5", [5]], ["conv1", [
          2,
          2,
          1,
        ]]] as const
      ) {
        const { engine: small, runs } = watchEngine(
          engine,
          2.5 * bytesPerImage,
        );
        const model = makeModel(small, { arch: "alexnet" }, trainFrom);
        using source = createFrozenFeatures(model, paths, {}, store);
        const rows = await readRows(source, ALL.slice(0, 5), 5);
        assert.deepEqual(runs, [2, 2, 1]);
        const keptSizes: number[] = [];
        for await (
          const { features, dispose } of source.read(ALL.slice(0, 5), 5)
        ) {
          keptSizes.push(features.shape[0]);
          dispose();
        }
        assert.deepEqual(keptSizes, sizes);
        assert.deepEqual(await readRows(source, ALL.slice(0, 5), 5), rows);
        await model.dispose();
      }
    }),
);

testOnWasm(
  "read() can be left early, and goes on from what was kept",
  (engine) =>
    onBench(engine, async ({ model, paths, runs, store }) => {
      using source = createFrozenFeatures(model, paths, {}, store);
      for await (const batch of source.read(ALL, 4)) {
        batch.dispose();
        break;
      }
      assert.equal((await readRows(source, ALL)).size, 18);
      assert.deepEqual(runs, [4, 4, 4, 4, 2]);
    }),
);

testOnWasm(
  "read() keeps images of the first one's size only, and hands out all",
  (engine) =>
    onBench(engine, async ({ model, paths: [first], runs, store }) => {
      const wide = `${store.path}.jpg`;
      await Deno.writeFile(wide, await encodeJpeg(makeImage(96, 48), 90));
      {
        using source = createFrozenFeatures(model, [first!, wide], {}, store);
        const rows = await readRows(source, [0, 1], 1);
        assert.deepEqual(await readRows(source, [0, 1], 1), rows);
        assert.deepEqual(runs, [1, 1, 1]);
        await assert.rejects(readRows(createPlain(), [0, 1], 2), {
          name: "DatasetError",
          where: /tiny-city.* is 64x48, .*\.jpg is 96x48/,
          fix: /set resize/,
        });
      }
      await Deno.remove(wide);

      function createPlain(): FrozenFeatures {
        return createFrozenFeatures(model, [first!, wide], {});
      }
    }),
);

testOnWasm(
  "read() names an image that cannot be read",
  (engine) =>
    onBench(engine, async ({ model, paths, store }) => {
      const bad = `${store.path}.jpg`;
      using source = createFrozenFeatures(model, [...paths, bad], {}, store);
      await assert.rejects(readRows(source, [...ALL, 18]), {
        name: "DatasetError",
        where: new RegExp(RegExp.escape(bad)),
      });
    }),
);

function pick(rows: Rows, ...indices: number[]): Rows {
  return new Map(indices.map((index) => [index, rows.get(index)!]));
}
