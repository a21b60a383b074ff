import assert from "node:assert/strict";
import { runInBackground } from "../../lib/background_stage.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { checkpointFile } from "../../lib/train/checkpoint.ts";
import { trainModel, type TrainSettings } from "../../lib/train/train.ts";
import { createTrainingCurves } from "../../lib/train/training_curves.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeSmallModel, readTinySplits, train } from "./train_tiny_city.ts";

testOnWasm(
  "createTrainingCurves() follows a run that is stopped in an epoch and goes on, as if it had never stopped",
  (engine) =>
    inFolder(async (run) => {
      const settings: TrainSettings = {
        epochs: 2,
        learningRate: 0.01,
        negativesPerTuple: 5,
      };
      const whole = await onModel((model) => train(model, settings));
      const curves = createTrainingCurves();
      const data = await readTinySplits();
      await onModel(async (model) => {
        const stage = trainModel(model, data, { ...settings, run });
        const training = runInBackground(stage, (event) => {
          curves.add(event);
          if (event.kind === "step" && event.epoch === 2) training.stop();
        });
        assert.equal(await training.done, undefined);
      });
      assert.deepEqual(curves.epochs.map(({ epoch }) => epoch), [0, 1]);
      assert.equal(curves.steps.length, whole.steps.length / 2 + 1);
      assert.deepEqual(listNames(run), ["checkpoints"]);

      const resume = readCheckpoint(checkpointFile(run, "latest"));
      await onModel((model) =>
        runInBackground(
          trainModel(model, data, { ...settings, run, resume }),
          (event) => void curves.add(event),
        ).done
      );
      assert.deepEqual(
        curves.steps,
        whole.steps.map(({ globalStep, loss }) => ({ step: globalStep, loss })),
      );
      assert.deepEqual(curves.epochs, whole.result.history);

      async function onModel<Result>(
        act: (model: ReturnType<typeof makeSmallModel>) => Promise<Result>,
      ): Promise<Result> {
        const model = makeSmallModel(engine);
        try {
          return await act(model);
        } finally {
          await model.dispose();
        }
      }
    }),
);

function listNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("createTrainingCurves() says which events change a curve", () => {
  const curves = createTrainingCurves();
  const step = { kind: "step", epoch: 1, step: 1, batch: 1 } as const;
  assert.equal(
    curves.add({ kind: "progress", phase: "mine", done: 0, total: 1 }),
    false,
  );
  assert.equal(
    curves.add({ ...step, globalStep: 1, loss: 0.5, negatives: 3 }),
    true,
  );
  assert.deepEqual(curves.steps, [{ step: 1, loss: 0.5 }]);
  assert.deepEqual(curves.epochs, []);
});
