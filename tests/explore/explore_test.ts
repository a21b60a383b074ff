import assert from "node:assert/strict";
import { join } from "node:path";
import { openReport } from "../../lib/explore/open_report.ts";
import { resolveExploreOptions } from "../../lib/explore/options.ts";
import { readNpy } from "../../lib/npy.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { withModel } from "../evaluate/evaluate_small_model.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";
import { explore, sendPhoto, withReport } from "./explore_tiny_city.ts";

testOnWasm(
  "exploreReport() describes the database once, and anew if anything differs",
  async (engine) => {
    const { engine: watched, runs } = watchEngine(engine);
    const model = makeModel(watched, { arch: "alexnet" });
    await withReport(model, async (folder) => {
      const start = async (
        settings?: Parameters<typeof explore>[3],
      ): Promise<number> => {
        runs.length = 0;
        await explore(model, folder, () => Promise.resolve(), settings);
        return runs.reduce((sum, count) => sum + count, 0);
      };
      const dataset = await readTinyCity("test");
      const M = dataset.database.paths.length;
      assert.equal(await start(), M);
      const path = join(folder, "database_descriptors.npy");
      const { shape, data } = readNpy(path);
      assert.deepEqual(shape, [M, model.descriptorLength]);
      assert.equal(await start(), 0, "nothing differs");

      await Deno.writeFile(path, (await Deno.readFile(path)).slice(0, -4));
      assert.equal(await start(), M, "a file cut short");
      assert.deepEqual(readNpy(path).data, data);

      const images = { resize: { width: 48, height: 48 } };
      assert.equal(await start({ images }), M, "other images");
      assert.equal(await start({ images }), 0);

      const { database } = dataset;
      const paths = database.paths.toReversed();
      const turned = { ...dataset, database: { ...database, paths } };
      assert.equal(await start({ dataset: turned }), M, "another order");

      const parameters = await model.exportTensors();
      parameters.get("pool.centroids")!.data[0]! += 1e-3;
      model.importTensors("test", parameters);
      assert.equal(await start({ dataset: turned }), M, "another head");
      assert.equal(await start({ dataset: turned }), 0);

      const [first = "", second = ""] = paths;
      const bytes = await Deno.readFile(first);
      const others = await Deno.readFile(second);
      await Deno.writeFile(second, bytes);
      assert.equal(await start({ dataset: turned }), M, "another image");
      await Deno.writeFile(second, others);
      await Deno.writeFile(first, bytes.slice(0, 600));
      await assert.rejects(start({ dataset: turned }), {
        name: "DatasetError",
      });
      const skipping = { dataset: turned, images: { skipUnreadable: true } };
      assert.equal(await start(skipping), M - 1, "an image cut short");
      assert.equal(await start(skipping), 0);
      await Deno.writeFile(first, bytes);
    });
    await model.dispose();
  },
);

testOnWasm(
  "exploreReport() shows the report before the database is described, and says how far it is",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, async (folder, { dataset }) => {
          const photo = await Deno.readFile(dataset.queries.paths[0]!);
          await explore(model, folder, async (url) => {
            const page = await (await fetch(url)).text();
            assert.match(page, /<html[^>]* data-images="\/images\/"/);
            assert.match(page, /<html[^>]* data-explore="\/locate"/);
            const { status, reply } = await sendPhoto(url, photo);
            if (status === 200) return; // it was quick
            assert.equal(status, 503);
            assert.match(reply.error!.what, /being described/);
            const state = await (await fetch(`${url}locate/state`)).json();
            assert.deepEqual(Object.keys(state), [
              "isReady",
              "phase",
              "done",
              "total",
            ]);
            while (!(await (await fetch(`${url}locate/state`)).json()).isReady);
            assert.equal((await sendPhoto(url, photo)).status, 200);
          }, { from: "serving" });
        }),
    ),
);

testOnWasm(
  "exploreReport() says so if its port is taken",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder) =>
          explore(model, folder, async (url) => {
            const port = Number(new URL(url).port);
            await assert.rejects(
              explore(model, folder, () => Promise.resolve(), { port }),
              {
                name: "OptionsError",
                where: `port ${port} of 127.0.0.1`,
                fix: /^set port to another/,
              },
            );
          })),
    ),
);

Deno.test("openReport() says what is not a folder with a report", () =>
  inFolder(async (folder) => {
    const where = (reason: string): RegExp =>
      new RegExp(`report\\.html \\(.*${reason}.*\\)$`);
    const fix = "give a folder that the stage test, train or demo wrote";
    await assert.rejects(openReport(folder), {
      name: "CheckpointError",
      where: where("No such file"),
      fix,
    });
    await Deno.writeTextFile(join(folder, "report.html"), "<p>Hello</p>");
    await assert.rejects(openReport(folder), {
      name: "CheckpointError",
      where: where("it is no report, or damaged"),
      fix,
    });
  }));

Deno.test("resolveExploreOptions() takes ports", () => {
  assert.deepEqual(resolveExploreOptions({ port: 0 }), { port: 0 });
  for (const port of [-1, 65536, 1.5]) {
    assert.throws(() => resolveExploreOptions({ port }), {
      name: "OptionsError",
      where: `port is ${port}, must be an integer from 0 to 65535`,
    });
  }
});
