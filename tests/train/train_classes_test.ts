import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { chanceRecall } from "../../lib/evaluate/chance.ts";
import { findWithinRadius } from "../../lib/data/radius.ts";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyClasses } from "../tiny_classes.ts";
import { readTinyCity } from "../tiny_city.ts";
import { makeModel } from "../model/make_model.ts";
import {
  beginOnClasses,
  makeClassModel,
  trainOnClasses,
} from "./train_tiny_classes.ts";

/** Names of what is in a folder, and in those inside it. */
async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    files.push(...(isDirectory ? await listFiles(path) : [name]));
  }
  return files.sort();
}

testOnWasm(
  "trainClasses() learns: the loss falls, and classes that it never saw are found far oftener than by chance",
  async (engine) => {
    const model = await makeClassModel(engine, { trainFrom: "conv1" });
    const { events, notes, result } = await trainOnClasses(model, {
      epochs: 6,
      ...{ lrMilestones: [1], evalEvery: 3 },
    });
    assert.deepEqual(notes, ["learning 6 classes from 36 images"]);
    const steps = events.filter((event) => event.kind === "step");
    assert.deepEqual(
      steps.map(({ globalStep }) => globalStep),
      Array.from({ length: 18 }, (_, i) => i + 1),
    );
    for (const { loss, classLoss, tripletLoss } of steps) {
      assert.ok(Math.abs(loss - (classLoss! + tripletLoss!)) < 1e-5);
    }
    const epochs = events.filter((event) => event.kind === "epoch");
    const evaluated = epochs.filter(({ recall }) => recall !== null);
    assert.deepEqual(evaluated.map(({ epoch }) => epoch), [0, 3, 6]);
    const last = epochs.at(-1)!;
    assert.deepEqual(Object.keys(last.recall!), ["1", "2", "4", "8"]);
    assert.deepEqual([last.images, last.tuples], [36, undefined]);
    assert.ok(last.loss! < 0.8 * epochs[1]!.loss!, "the loss fell");
    const dataset = await readTinyClasses("test");
    const positives = findWithinRadius(dataset.queries, dataset.database, 0.5, {
      leaveOut: dataset.ownDatabaseIndex!,
    });
    const chance = chanceRecall({ dataset, positives }, [1]).get(1)!;
    assert.ok(result.bestRecall > 3 * chance, `${result.bestRecall} ${chance}`);
    assert.ok(result.bestRecall > epochs[0]!.recall!["1"]! + 0.1);
    const firsts = evaluated.map(({ recall }) => recall!["1"]!);
    assert.equal(result.bestRecall, Math.max(...firsts), "Recall@1 decides");
    assert.deepEqual(
      [result.decisiveN, result.epochs, result.stoppedEarly],
      [1, 6, false],
    );
    await model.dispose();
  },
);

testOnWasm(
  "trainClasses() gives in 1 + 2 epochs what it gives in 3, to the bit",
  (engine) =>
    inFolder(async (folder) => {
      const run = async (
        name: string,
        epochs: number,
        isResumed = false,
      ): Promise<unknown> => {
        const path = join(folder, name);
        const model = await makeClassModel(engine);
        const { result } = await trainOnClasses(model, {
          epochs,
          lrMilestones: [0.4],
          run: path,
          ...(isResumed && {
            resume: readCheckpoint(checkpointFile(path, "latest")),
          }),
        });
        await model.dispose();
        return result;
      };
      const whole = await run("whole", 3);
      await run("parts", 1);
      assert.deepEqual(await run("parts", 3, true), whole);
      for (const name of ["latest", "best"] as const) {
        assert.deepEqual(
          await Deno.readFile(checkpointFile(join(folder, "parts"), name)),
          await Deno.readFile(checkpointFile(join(folder, "whole"), name)),
          name,
        );
      }
      const { state, optimizer, parameters } = readCheckpoint(
        checkpointFile(join(folder, "parts"), "latest"),
      );
      assert.equal(state.history.at(-1)!.learningRate, 3e-3 * 0.1);
      assert.equal(optimizer.get("step")!.data[0], 9);
      assert.ok(parameters.has("auxiliary_module.0.running_mean"));
      assert.deepEqual(await listFiles(folder), [
        ...["checkpoint.safetensors", "checkpoint.safetensors"],
        ...["model_best.safetensors", "model_best.safetensors"],
      ]);
    }),
);

testOnWasm(
  "trainClasses() sees images differently unless it is told not to, and the same again with the same seed",
  async (engine) => {
    const lossOf = async (settings: object): Promise<number> => {
      const model = await makeClassModel(engine);
      const stage = await beginOnClasses(model, {
        epochZero: "none",
        ...settings,
      });
      let loss = NaN;
      for await (const event of stage) {
        if (event.kind !== "step") continue;
        loss = event.loss;
        break;
      }
      await model.dispose();
      return loss;
    };
    const plain = { augmentScale: 1, augmentFlip: false };
    const usual = await lossOf({});
    assert.equal(await lossOf({}), usual);
    assert.notEqual(await lossOf({ seed: 7 }), usual);
    assert.notEqual(await lossOf(plain), usual);
    assert.notEqual(await lossOf({ ...plain, augmentFlip: true }), usual);
    assert.notEqual(await lossOf({ ...plain, augmentScale: 1.25 }), usual);
  },
);

testOnWasm(
  "trainClasses() makes places classes, and says so if there are few",
  async (engine) => {
    const city = await readTinyCity("train");
    const model = await makeClassModel(engine);
    const { notes, result } = await trainOnClasses(model, {
      ...{ epochs: 1, epochZero: "none", classCellMeters: 50 },
      batchImages: 128,
    }, city);
    assert.deepEqual(notes, [
      "learning 6 cells of 50 x 50 m from 30 images",
      "batches have 24 images, not 128: there are only 6 classes",
    ]);
    assert.equal(result.history[0]!.images, 24);
    await model.dispose();
  },
);

testOnWasm(
  "trainClasses() leaves out images that cannot be read, if asked to",
  (engine) =>
    inFolder(async (folder) => {
      const torn = join(folder, "torn.jpg");
      await Deno.writeTextFile(torn, "no image");
      const dataset = await readTinyClasses("train");
      const { paths } = dataset.database;
      const database = {
        ...dataset.database,
        paths: paths.map((path, i) => i === 3 ? torn : path),
      };
      const train: PlaceDataset = { ...dataset, database, queries: database };
      const model = await makeClassModel(engine);
      const images = { resize: { width: 32, height: 32 }, threads: 1 };
      const settings = { epochs: 2, epochZero: "none" } as const;
      await assert.rejects(
        trainOnClasses(model, { ...settings, images }, train),
        { name: "DatasetError", where: /torn\.jpg/ },
      );
      const { notes } = await trainOnClasses(model, {
        ...settings,
        images: { ...images, skipUnreadable: true },
      }, train);
      assert.match(notes[1]!, /^left out 1 of 36 images that cannot be read/);
      await model.dispose();
    }),
);

testOnWasm(
  "trainClasses() refuses a model for other classes, a loss that is no number, and bad options",
  async (engine) => {
    const model = await makeClassModel(engine, { cgdClasses: 5 });
    await assert.rejects(trainOnClasses(model, {}), {
      name: "OptionsError",
      where: "cgdClasses of the model is 5",
      fix: /cgdClasses 6/,
    });
    await model.dispose();
    const plain = makeModel(engine, { arch: "alexnet", pooling: "gem" });
    await assert.rejects(trainOnClasses(plain, {}), {
      name: "OptionsError",
      where: "option pooling: gem",
    });
    await plain.dispose();
    const good = await makeClassModel(engine);
    await inFolder(async (run) => {
      await assert.rejects(
        trainOnClasses(good, { run, epochZero: "none", learningRate: 1e30 }),
        {
          name: "OptionsError",
          where: /^epoch 1, step \d/,
          fix: /learningRate/,
        },
      );
      assert.deepEqual(await listFiles(run), []);
    });
    await assert.rejects(trainOnClasses(good, { batchImages: 10 }), {
      name: "OptionsError",
      where: /batchImages is 10, must be a multiple of imagesPerClass/,
    });
    await good.dispose();
  },
);

testOnWasm(
  "trainClasses() leaves nothing behind if it is ended early",
  (engine) =>
    inFolder(async (run) => {
      const model = await makeClassModel(engine);
      const stage = await beginOnClasses(model, { run });
      for await (const event of stage) if (event.kind === "step") break;
      assert.deepEqual(await listFiles(run), [
        "checkpoint.safetensors",
        "model_best.safetensors",
      ]);
      await model.dispose();
    }),
);
