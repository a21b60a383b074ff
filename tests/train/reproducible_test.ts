/** The same seed gives the same run to the bit; stopping after any epoch changes nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../lib/engine/engine.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import { drain } from "../../lib/progress.ts";
import {
  checkpointFile,
  type CheckpointName,
  readCheckpoint,
} from "../../lib/train/checkpoint.ts";
import { clusterCentroids } from "../../lib/train/cluster.ts";
import { OPTIMIZERS } from "../../lib/train/options.ts";
import {
  type TrainData,
  trainModel,
  type TrainSettings,
} from "../../lib/train/train.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import {
  makeSmallModel,
  pickQueries,
  readTinySplits,
} from "./train_tiny_city.ts";

const NAMES: readonly CheckpointName[] = ["latest", "best"];

/** Bytes of both checkpoints of a run. */
function readBytes(run: string): Promise<Uint8Array[]> {
  return Promise.all(
    NAMES.map((name) => Deno.readFile(checkpointFile(run, name))),
  );
}

/** Clusters, trains and evaluates; everything that a seed decides. */
async function runOnce(
  engine: Engine,
  run: string,
  seed: number,
): Promise<unknown> {
  const model = makeSmallModel(engine, { widthDivisor: 32 });
  const { train, validation } = await readTinySplits();
  const data = { train: pickQueries(train, [0, 3, 6, 9]), validation };
  const settings = { clusterImages: 5, seed };
  const { centroids, descriptors } = await drain(
    clusterCentroids(model, data.train, settings),
  );
  model.setCentroids(centroids, descriptors);
  await drain(
    trainModel(model, data, { epochs: 1, learningRate: 0.01, seed, run }),
  );
  const { predictions } = await drain(evaluateModel(model, data.validation));
  await model.dispose();
  return { centroids, predictions, bytes: await readBytes(run) };
}

testEachEngine(
  (name) => `trainModel() gives the same run from the same seed on ${name}`,
  (name) =>
    inFolder(async (folder) => {
      const seeds = [3, 3, 4];
      const runs: unknown[] = [];
      for (const [i, seed] of seeds.entries()) {
        const run = join(folder, String(i));
        runs.push(
          await withEngine(name, (engine) => runOnce(engine, run, seed)),
        );
      }
      assert.deepEqual(runs[0], runs[1]);
      assert.notDeepEqual(runs[0], runs[2]);
    }),
);

/** Every prediction is right: the first evaluation is the best there can be. */
async function readEasySplits(): Promise<TrainData> {
  const { train, validation } = await readTinySplits();
  return { train, validation: { ...validation, positiveRadius: 1e6 } };
}

const RESUMED: Record<string, TrainSettings & { easy?: true; last: number }> = {
  "to its last epoch": { epochs: 4, last: 4 },
  "until patience ends": { epochs: 9, patience: 3, easy: true, last: 3 },
  "with evaluations in between": { epochs: 4, evalEvery: 2, last: 4 },
};

for (const optimizer of OPTIMIZERS) {
  for (const [title, { easy, last, ...given }] of Object.entries(RESUMED)) {
    testOnWasm(
      `trainModel() resumed after any epoch equals a run that was not stopped, ${title}, by ${optimizer}`,
      (engine) =>
        inFolder(async (folder) => {
          const data = await (easy ? readEasySplits() : readTinySplits());
          const settings: TrainSettings = {
            optimizer,
            learningRate: optimizer === "adam" ? 1e-3 : 0.02,
            lrStepEpochs: 3,
            cacheRefreshQueries: 7,
            negativesSampled: 6,
            negativesExamined: 6,
            negativesPerTuple: 5,
            ...given,
          };
          const whole = join(folder, "whole");
          const copyOf = (epoch: number): string => join(folder, `${epoch}`);
          const start = makeSmallModel(engine, { widthDivisor: 32 });
          const stage = trainModel(start, data, { ...settings, run: whole });
          await drain(stage, (event) => {
            if (event.kind === "epoch") copyRun(whole, copyOf(event.epoch));
          });
          await start.dispose();
          const expected = await readBytes(whole);
          const latest = checkpointFile(whole, "latest");
          assert.equal(readCheckpoint(latest).state.epoch, last);

          for (let epoch = 0; epoch < last; epoch++) {
            const run = copyOf(epoch);
            const model = makeSmallModel(engine, { widthDivisor: 32 });
            const resume = readCheckpoint(checkpointFile(run, "latest"));
            assert.equal(resume.state.epoch, epoch);
            await drain(trainModel(model, data, { ...settings, run, resume }));
            await model.dispose();
            assert.deepEqual(await readBytes(run), expected, `after ${epoch}`);
          }
        }),
    );
  }
}

/** Copies the checkpoints of a run as they are now. */
function copyRun(from: string, to: string): void {
  Deno.mkdirSync(join(to, "checkpoints"), { recursive: true });
  for (const name of NAMES) {
    Deno.copyFileSync(checkpointFile(from, name), checkpointFile(to, name));
  }
}
