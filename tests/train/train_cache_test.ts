/** What training keeps for later: features, descriptors and hard negatives. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeSmallModel, train, type Trained } from "./train_tiny_city.ts";

testOnWasm(
  "trainModel() gives the same numbers with features kept or not, and nearly so if some are",
  async (engine) => {
    const run = async (featureCacheGigabytes: number): Promise<Trained> => {
      const model = makeSmallModel(engine);
      const describe = { featureCacheGigabytes, describeBatch: 5 };
      const trained = await train(model, { epochs: 2, describe });
      await model.dispose();
      return trained;
    };
    const all = await run(1);
    const none = await run(0);
    assert.deepEqual(none.steps, all.steps);
    assert.deepEqual(none.epochs, all.epochs);
    const rowBytes = 2 * 3 * 32 * 4; // behind conv4
    const some = await run(2 * 10.5 * rowBytes / 1e9);
    assertClose(
      some.steps.map(({ loss }) => loss),
      all.steps.map(({ loss }) => loss),
      { rtol: 1e-5 }, // the images of a batch come in another order
      "loss",
    );
  },
);

testOnWasm(
  "trainModel() refreshes the descriptors before every so many queries",
  async (engine) => {
    const model = makeSmallModel(engine);
    const countRefreshes = async (most: number): Promise<number> => {
      const { events } = await train(model, {
        epochs: 1,
        cacheRefreshQueries: most,
        evalEvery: 2, // epoch 0 and the last one only
      });
      return events.filter((event) =>
        event.kind === "progress" && event.phase === "describe database" &&
        event.done === 18
      ).length;
    };
    assert.equal(await countRefreshes(12), 1);
    assert.equal(await countRefreshes(11), 2);
    assert.equal(await countRefreshes(4), 3);
    await model.dispose();
  },
);

testOnWasm(
  "trainModel() refreshes the descriptors less often by cacheRefreshGrowth",
  async (engine) => {
    const countRefreshes = async (growth: number): Promise<number[]> => {
      const model = makeSmallModel(engine);
      const { events } = await train(model, {
        epochs: 3,
        cacheRefreshQueries: 4,
        cacheRefreshGrowth: growth,
        lrStepEpochs: 2,
        epochZero: "none",
        evalEvery: 3,
      });
      await model.dispose();
      const refreshes = [0, 0, 0, 0];
      let epoch = 1;
      for (const event of events) {
        if (event.kind === "epoch") epoch++;
        const isRefresh = event.kind === "progress" &&
          event.phase === "describe database" && event.done === 0;
        if (isRefresh) refreshes[epoch]!++;
      }
      return refreshes.slice(1);
    };
    // The last refresh of epoch 3 is that of its evaluation.
    assert.deepEqual(await countRefreshes(1), [3, 3, 4]);
    assert.deepEqual(await countRefreshes(2), [3, 2, 3]);
  },
);

testOnWasm(
  "trainModel() keeps hard negatives of each query for its next turn",
  (engine) =>
    inFolder(async (run) => {
      const model = makeSmallModel(engine);
      await train(model, { epochs: 1, run });
      const file = join(run, "checkpoints", "checkpoint.safetensors");
      const { cachedNegatives } = readCheckpoint(file).state;
      const { tuples } = readCheckpoint(file).state.history.at(-1)!;
      assert.equal(Object.keys(cachedNegatives).length, tuples);
      for (const [query, negatives] of Object.entries(cachedNegatives)) {
        assert.ok(negatives.length >= 1 && negatives.length <= 5);
        const place = Math.floor(Number(query) / 2);
        const places = negatives.map((index) => Math.floor(index / 3));
        assert.ok(!places.includes(place), `query ${query}`);
      }
      await model.dispose();
    }),
);
