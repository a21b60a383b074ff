/** When training evaluates, and what stops it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { trainModel, type TrainSettings } from "../../lib/train/train.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import {
  makeSmallModel,
  pickQueries,
  readTinySplits,
  train,
  type Trained,
  trainInto,
} from "./train_tiny_city.ts";

testOnWasm(
  "trainModel() stops when Recall@5 is no better for so many evaluations",
  async (engine) => {
    const splits = await readTinySplits();
    // Every prediction is right: epoch 0 is the best there can be.
    const validation = { ...splits.validation, positiveRadius: 1e6 };
    const run = async (settings: TrainSettings): Promise<Trained> => {
      const model = makeSmallModel(engine);
      const trained = await train(model, settings, { ...splits, validation });
      await model.dispose();
      return trained;
    };
    const { result } = await run({ epochs: 9, patience: 2 });
    assert.equal(result.epochs, 2);
    assert.equal(result.bestRecall, 1);
    assert.equal(result.stoppedEarly, true);
    const rarely = await run({ epochs: 9, patience: 2, evalEvery: 2 });
    assert.equal(rarely.result.epochs, 4);
    const never = await run({ epochs: 4, patience: 0 });
    assert.equal(never.result.epochs, 4);
    assert.equal(never.result.stoppedEarly, false);
  },
);

testOnWasm(
  "trainModel() counts patience in epochs as pytorch-NetVlad does, if asked to",
  async (engine) => {
    const splits = await readTinySplits();
    const validation = { ...splits.validation, positiveRadius: 1e6 };
    for (
      const [patience, evalEvery, last] of [
        [2, 1, 3],
        [3, 2, 4],
        [4, 2, 6],
      ] as const
    ) {
      const model = makeSmallModel(engine);
      const { result } = await train(
        model,
        { epochs: 9, patience, evalEvery, patienceIn: "epochs" },
        { ...splits, validation },
      );
      assert.equal(result.epochs, last, `patience ${patience}`);
      assert.equal(result.stoppedEarly, true);
      await model.dispose();
    }
  },
);

testOnWasm(
  "trainModel() counts epoch 0 for the best, only reports it, or leaves it out",
  async (engine) => {
    const splits = await readTinySplits();
    // Every prediction is right: the first evaluation that counts is the best there can be.
    const validation = { ...splits.validation, positiveRadius: 1e6 };
    const steps = [];
    for (
      const [epochZero, epochs, best] of [
        ["counts", [0, 1, 2], 0],
        ["reported", [0, 1, 2], 1],
        ["none", [1, 2], 1],
      ] as const
    ) {
      const model = makeSmallModel(engine);
      const trained = await train(
        model,
        { epochs: 2, epochZero },
        { ...splits, validation },
      );
      await model.dispose();
      const events = trained.epochs;
      assert.deepEqual(events.map(({ epoch }) => epoch), epochs);
      assert.ok(events.every(({ recall }) => recall?.["5"] === 1));
      assert.deepEqual(
        events.filter(({ isBest }) => isBest).map(({ epoch }) => epoch),
        [best],
      );
      steps.push(trained.steps);
    }
    assert.deepEqual(steps[1], steps[0]); // it changes nothing that is learned
    assert.deepEqual(steps[2], steps[0]);
  },
);

testOnWasm(
  "trainModel() evaluates every so many epochs, and after the last",
  async (engine) => {
    const model = makeSmallModel(engine);
    const { epochs } = await train(model, { epochs: 5, evalEvery: 2 });
    assert.deepEqual(
      epochs.filter(({ recall }) => recall !== null).map(({ epoch }) => epoch),
      [0, 2, 4, 5],
    );
    await model.dispose();
  },
);

testOnWasm(
  "trainModel() stops when the loss is no number, and keeps the last good checkpoint",
  (engine) =>
    inFolder(async (run) => {
      for (const cacheRefreshQueries of [1000, 4]) {
        const settings = { epochs: 2, learningRate: 1e30, cacheRefreshQueries };
        await assert.rejects(
          trainInto(engine, run, settings),
          cacheRefreshQueries === 1000
            ? {
              name: "OptionsError",
              message: /^Cannot go on training: the loss is NaN/,
              where: /^epoch 1, step [23]$/,
              fix: /learningRate/,
            }
            : { name: "CheckpointError", fix: /learningRate/ },
        );
        const { state } = readCheckpoint(checkpointFile(run, "latest"));
        assert.equal(state.epoch, 0);
        assert.equal([...Deno.readDirSync(run)].length, 1);
      }
    }),
);

testOnWasm(
  "trainModel() leaves nothing half-written when it is stopped",
  (engine) =>
    inFolder(async (run) => {
      for (const at of ["progress", "step", "epoch"]) {
        const model = makeSmallModel(engine);
        const stage = trainModel(model, await readTinySplits(), { run });
        for await (const { kind } of stage) {
          if (kind === at) break;
        }
        const names = [...Deno.readDirSync(run)].map(({ name }) => name);
        assert.deepEqual(names, at === "progress" ? [] : ["checkpoints"]);
        await model.dispose();
      }
    }),
);

testOnWasm(
  "trainModel() names an unreadable image, or leaves it out and says so",
  (engine) =>
    inFolder(async (folder) => {
      const bad = join(folder, "bad.jpg");
      await Deno.writeTextFile(bad, "no image");
      const splits = await readTinySplits();
      const { database } = splits.train;
      const data = {
        ...splits,
        train: {
          ...splits.train,
          database: { ...database, paths: database.paths.with(1, bad) },
        },
      };
      const run = join(folder, "run");
      const model = makeSmallModel(engine);
      await assert.rejects(train(model, { run }, data), {
        name: "DatasetError",
        where: new RegExp(RegExp.escape(bad)),
      });
      const images = { skipUnreadable: true };
      const { notes, steps } = await train(model, { epochs: 1, images }, data);
      assert.deepEqual(notes, [
        `left out 1 of 18 images that cannot be read: ${bad}`,
      ]);
      assert.ok(steps.length > 0);
      await model.dispose();
    }),
);

testOnWasm(
  "trainModel() names every wrong option, and refuses data to learn nothing from",
  async (engine) => {
    const model = makeSmallModel(engine);
    await assert.rejects(train(model, { epochs: 0, momentum: 1 }), {
      name: "OptionsError",
      where: /^epochs is 0.*; momentum is 1/,
    });
    const splits = await readTinySplits();
    const none = pickQueries({ ...splits.train, positiveRadius: 1e6 }, [0, 1]);
    await assert.rejects(train(model, {}, { ...splits, train: none }), {
      name: "DatasetError",
      message: /^Cannot train/,
    });
    await model.dispose();
  },
);
