import assert from "node:assert/strict";
import { join } from "node:path";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { OPTIMIZERS } from "../../lib/train/options.ts";
import type { TrainSettings } from "../../lib/train/train.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import {
  makeSmallModel,
  readTinySplits,
  train,
  trainInto,
} from "./train_tiny_city.ts";

for (const optimizer of OPTIMIZERS) {
  testOnWasm(
    `trainModel() gives in 2 + 2 epochs what it gives in 4, to the bit, by ${optimizer}`,
    (engine) =>
      inFolder(async (folder) => {
        const settings: TrainSettings = {
          optimizer,
          learningRate: optimizer === "adam" ? 1e-3 : 0.02,
          lrStepEpochs: 3,
          cacheRefreshQueries: 7,
          negativesSampled: 6,
          negativesExamined: 6,
        };
        const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
        const four = await trainInto(engine, whole, { ...settings, epochs: 4 });
        await trainInto(engine, parts, { ...settings, epochs: 2 });
        const { epochs, result } = await trainInto(
          engine,
          parts,
          { ...settings, epochs: 4 },
          "latest",
        );
        assert.deepEqual(epochs, four.epochs.slice(3));
        assert.deepEqual(result, four.result);
        for (const name of ["latest", "best"] as const) {
          assert.deepEqual(
            await Deno.readFile(checkpointFile(parts, name)),
            await Deno.readFile(checkpointFile(whole, name)),
            name,
          );
        }
        const { state, optimizer: remembered } = readCheckpoint(
          checkpointFile(parts, "latest"),
        );
        assert.equal(state.epoch, 4);
        assert.ok(Object.keys(state.cachedNegatives).length > 0);
        assert.equal(remembered.get("step")!.data[0], four.steps.length);
      }),
  );
}

testOnWasm(
  "trainModel() goes on from the best checkpoint if asked to",
  (engine) =>
    inFolder(async (run) => {
      await trainInto(engine, run, { epochs: 2 });
      const { epoch } = readCheckpoint(checkpointFile(run, "best")).state;
      const { epochs } = await trainInto(engine, run, { epochs: 3 }, "best");
      assert.equal(epochs[0]!.epoch, epoch + 1);
      assert.equal(epochs.at(-1)!.epoch, 3);
    }),
);

testOnWasm(
  "trainModel() has nothing to do for a run that is over",
  (engine) =>
    inFolder(async (run) => {
      const { result } = await trainInto(engine, run, { epochs: 1 });
      const again = await trainInto(engine, run, { epochs: 1 }, "latest");
      assert.deepEqual(again.events, []);
      assert.deepEqual(again.result, result);
    }),
);

testOnWasm(
  "trainModel() waits anew after a better Recall@5, counting those of the run it goes on from",
  (engine) =>
    inFolder(async (run) => {
      await trainInto(engine, run, { epochs: 1 });
      const resume = readCheckpoint(checkpointFile(run, "latest"));
      const splits = await readTinySplits();
      const validation = { ...splits.validation, positiveRadius: 1e6 };
      for (const [bestRecall, last] of [[0.5, 4], [1, 2]] as const) {
        const model = makeSmallModel(engine);
        Object.assign(resume.state, { bestRecall, evaluationsSinceBest: 1 });
        const { result } = await train(
          model,
          { epochs: 9, patience: 2, resume },
          { ...splits, validation },
        );
        assert.equal(result.epochs, last);
        await model.dispose();
      }
    }),
);

testOnWasm(
  "trainModel() refuses a checkpoint of another model or optimizer",
  (engine) =>
    inFolder(async (run) => {
      await trainInto(engine, run, { epochs: 1 });
      const resume = readCheckpoint(checkpointFile(run, "latest"));
      const wide = makeSmallModel(engine, { numClusters: 5 });
      await assert.rejects(train(wide, { resume }), {
        name: "CheckpointError",
        where: /the checkpoint to resume; misshapen: pool\.centroids/,
      });
      await wide.dispose();
      const model = makeSmallModel(engine);
      await assert.rejects(train(model, { resume, optimizer: "adam" }), {
        name: "CheckpointError",
        where: /the checkpoint to resume; missing: exp_avg\./,
      });
      await model.dispose();
    }),
);
