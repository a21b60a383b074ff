import assert from "node:assert/strict";
import { join } from "node:path";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { OPTIMIZERS } from "../../lib/train/options.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity } from "../tiny_city.ts";
import {
  makeSmallModel,
  pickQueries,
  readTinySplits,
  train,
} from "./train_tiny_city.ts";

testOnWasm(
  "trainModel() reports every step and epoch, and writes checkpoints",
  (engine) =>
    inFolder(async (folder) => {
      const model = makeSmallModel(engine);
      const run = join(folder, "run");
      const { steps, epochs, events, result } = await train(model, {
        epochs: 2,
        run,
      });
      assert.deepEqual(
        steps.map(({ epoch, step }) => [epoch, step]),
        [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]],
      );
      for (const { loss, negatives } of steps) {
        assert.ok(loss > 0 && loss < 4);
        assert.ok(negatives! >= 1 && negatives! <= 4 * 5);
      }
      assert.deepEqual(epochs.map(({ epoch }) => epoch), [0, 1, 2]);
      const [before, first] = epochs;
      assert.equal(before!.loss, null);
      assert.equal(before!.isBest, true);
      assert.equal(first!.tuples! + first!.skipped!, 12);
      const losses = steps.slice(0, 3).map(({ loss }) => loss);
      assert.equal(first!.loss, losses.reduce((a, b) => a + b) / 3);
      assert.deepEqual(Object.keys(first!.recall!), ["1", "5", "10", "20"]);
      assert.deepEqual(
        new Set(
          events.flatMap((event) =>
            event.kind === "progress" ? event.phase : []
          ),
        ),
        new Set([
          "describe database",
          "describe queries",
          "search",
          "epoch 1",
          "epoch 2",
        ]),
      );
      assert.deepEqual(
        result.history,
        epochs.map(({ kind: _, isBest: __, evaluation: ___, ...rest }) => rest),
      );
      assert.equal(result.epochs, 2);
      assert.equal(result.stoppedEarly, false);

      const latest = await checkFiles(run);
      assert.deepEqual(latest, sortByName(await model.exportTensors()));
      await model.dispose();
    }),
);

testOnWasm(
  "trainModel() counts batches without a tuple in the global step, as pytorch-NetVlad does",
  async (engine) => {
    const model = makeSmallModel(engine);
    const { steps } = await train(model, {
      epochs: 2,
      batchTuples: 1,
      margin: 0.001, // few negatives violate it
    });
    await model.dispose();
    assert.ok(
      steps.some(({ batch, step }) => batch > step),
      "none was skipped",
    );
    for (const { epoch, step, batch, globalStep } of steps) {
      assert.ok(batch >= step && batch <= 12);
      assert.equal(globalStep, (epoch - 1) * 12 + batch);
    }
  },
);

/** Checks that a run folder holds two checkpoints and nothing else, and returns the last parameters. */
async function checkFiles(run: string): Promise<NamedTensors> {
  const namesIn = async (folder: string): Promise<string[]> =>
    (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
      .sort();
  const checkpoints = join(run, "checkpoints");
  assert.deepEqual(await namesIn(run), ["checkpoints"]);
  assert.deepEqual(await namesIn(checkpoints), [
    "checkpoint.safetensors",
    "model_best.safetensors",
  ]);
  const path = join(checkpoints, "checkpoint.safetensors");
  return readCheckpoint(path).parameters;
}

function sortByName(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].sort(([a], [b]) => a < b ? -1 : 1));
}

for (const optimizer of OPTIMIZERS) {
  testOnWasm(
    `trainModel() learns one batch until no negative violates, by ${optimizer}`,
    async (engine) => {
      const model = makeSmallModel(engine);
      const splits = await readTinySplits();
      const data = {
        ...splits,
        train: pickQueries(splits.train, [0, 3, 6, 9]),
      };
      const { steps, epochs } = await train(model, {
        epochs: 20,
        optimizer,
        learningRate: optimizer === "adam" ? 0.01 : 0.1,
        lrStepEpochs: 100,
        weightDecay: 0,
        negativesPerTuple: 10,
        evalEvery: 20,
      }, data);
      assert.ok(steps[0]!.negatives! > 30, "there was little to learn");
      const { loss, tuples, skipped } = epochs.at(-1)!;
      assert.deepEqual(
        { loss, tuples, skipped },
        { loss: null, tuples: 0, skipped: 4 },
      );
      await model.dispose();
    },
  );
}

testOnWasm(
  "trainModel() gives the same numbers to the bit for the same seed",
  async (engine) => {
    const run = async (seed: number): Promise<unknown> => {
      const model = makeSmallModel(engine);
      const { events } = await train(model, {
        epochs: 2,
        seed,
        cacheRefreshQueries: 5,
        negativesSampled: 6,
        negativesExamined: 6,
      });
      const parameters = await model.exportTensors();
      await model.dispose();
      return { events, parameters };
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
  },
);

testOnWasm(
  "trainModel() changes what is behind the cut, and nothing else",
  async (engine) => {
    for (const trainFrom of ["conv5", "conv3", "conv1"]) {
      const model = makeSmallModel(engine, { trainFrom, vladV2: true });
      const before = await model.exportTensors();
      await train(model, { epochs: 1 });
      const after = await model.exportTensors();
      const changed = [...after].filter(([name, { data }]) =>
        data.some((value, i) => value !== before.get(name)!.data[i])
      ).map(([name]) => name);
      assert.deepEqual(changed.sort(), [...model.variables.keys()].sort());
      await model.dispose();
    }
  },
);

testOnWasm(
  "trainModel() trains without NetVLAD, and with other margins",
  async (engine) => {
    for (const pooling of ["max", "avg"] as const) {
      const model = makeSmallModel(engine, { pooling });
      const { steps } = await train(model, {
        epochs: 2,
        marginOn: "squared",
        margin: 0.3,
      });
      assert.ok(steps.length > 0);
      await model.dispose();
    }
  },
);

testOnWasm(
  "trainModel() trains where the queries are the database",
  async (engine) => {
    const model = makeSmallModel(engine);
    const { database, ...rest } = await readTinyCity("train");
    const own = {
      ...rest,
      database,
      queries: database,
      ownDatabaseIndex: Int32Array.from(database.paths, (_, i) => i),
    };
    const { steps, epochs, notes } = await train(model, { epochs: 1 }, {
      train: own,
      validation: own,
    });
    assert.ok(steps.length > 0);
    const { tuples, skipped } = epochs.at(-1)!;
    assert.equal(tuples! + skipped!, 18);
    assert.deepEqual(notes, []);
    await model.dispose();
  },
);
