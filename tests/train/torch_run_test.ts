import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createModel } from "../../lib/model/create_model.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { resolveTrainOptions } from "../../lib/train/options.ts";
import {
  adoptRun,
  readEarlierRun,
  readTrainedRun,
} from "../../lib/train/resume.ts";
import { translateTorchFlags } from "../../lib/train/torch_flags.ts";
import { firstTrainedLayer } from "../../lib/train/trained_part.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";

/** Made by make_runs.py there. */
const RUNS = fileURLToPath(
  new URL("../fixtures/pytorch_netvlad/", import.meta.url),
);
const [SGD, ADAM] = [join(RUNS, "sgd"), join(RUNS, "adam")];

Deno.test("readEarlierRun() reads the flags of pytorch-NetVlad one by one", async () => {
  const { options, isForeign, notes } = await readEarlierRun(SGD);
  assert.deepEqual(options, {
    model: {
      arch: "alexnet",
      vladV2: false,
      pooling: "netvlad",
      numClusters: 4,
    },
    dataset: { dataset: "pittsburgh", split: "val" },
    train: {
      batchTuples: 2,
      cacheRefreshQueries: Number.MAX_SAFE_INTEGER,
      epochs: 4,
      optimizer: "sgd",
      learningRate: 0.01,
      lrStepEpochs: 2,
      lrGamma: 0.5,
      weightDecay: 0.001,
      momentum: 0.9,
      seed: 7,
      evalEvery: 1,
      patience: 10,
      patienceIn: "epochs",
      margin: 0.1,
      fromScratch: false,
      trainFrom: "conv5",
    },
    describe: { describeBatch: 8 },
    images: {},
    classes: {},
    cluster: {},
    validation: {},
    engine: {},
  });
  assert.equal(resolveTrainOptions(options.train).optimizer, "sgd");
  assert.equal(isForeign, true);
  assert.deepEqual(notes, [
    `${SGD} is a run of pytorch-NetVlad: it is only read`,
  ]);
});

Deno.test("readEarlierRun() reads where a run of pytorch-NetVlad stood, from either container", async () => {
  const recalls = (recall: number): Record<string, number> => ({
    1: recall / 2,
    5: recall,
    10: 0.875,
    20: 1,
  });
  for (
    const [name, epoch, recall, evaluationsSinceBest] of [
      ["latest", 2, 0.375, 1],
      ["best", 1, 0.5, 0],
    ] as const
  ) {
    const { checkpoint } = await readEarlierRun(SGD, name);
    assert.equal(checkpoint?.name, name);
    const { history, ...state } = checkpoint.state;
    assert.deepEqual(state, {
      epoch,
      bestRecall: 0.5,
      evaluationsSinceBest,
      cachedNegatives: {},
    });
    assert.deepEqual(history, [{
      epoch,
      learningRate: 0.01,
      loss: null,
      tuples: 0,
      skipped: 0,
      recall: recalls(recall),
    }]);
    assert.deepEqual([...checkpoint.optimizer.keys()], [
      "step",
      "momentum_buffer.features.10.weight",
      "momentum_buffer.features.10.bias",
      "momentum_buffer.pool.centroids",
      "momentum_buffer.pool.conv.weight",
    ]);
    assert.equal(checkpoint.parameters.size, 12);
  }
});

Deno.test("readEarlierRun() knows by its optimizer that a run trained everything", async () => {
  const { options, checkpoint } = await readEarlierRun(ADAM);
  assert.equal(options.train.fromScratch, true);
  assert.equal(options.train.trainFrom, undefined);
  assert.equal(firstTrainedLayer(options.model, options.train), "conv1");
  assert.equal(checkpoint!.optimizer.size, 1 + 2 * 13);
  assert.equal(checkpoint!.optimizer.get("step")!.data[0], 2);
});

Deno.test("translateTorchFlags() finds flags that main.py does not have, and passes over those without a meaning", () => {
  const { options, unknown } = translateTorchFlags({
    threads: 8,
    nGPU: 2,
    ["toString"]: 1,
    sampler: "x",
    lr: 0.5,
  });
  assert.deepEqual(unknown, ["toString", "sampler"]);
  assert.deepEqual(options, {
    model: {},
    dataset: {},
    train: { learningRate: 0.5 },
    describe: {},
  });
});

Deno.test("readEarlierRun() goes on without flags of pytorch-NetVlad, and says so; not with damaged ones", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await cp(SGD, run, { recursive: true });
    const flags = join(run, "checkpoints/flags.json");
    const text = await Deno.readTextFile(flags);

    await Deno.remove(flags);
    const without = await readEarlierRun(run);
    assert.deepEqual(without.notes.slice(1), ["it has no flags.json"]);
    assert.deepEqual(without.options.model, {});

    await Deno.writeTextFile(
      join(run, "flags.json"),
      text.replace("{", '{"x": 1, "y": 2, '),
    );
    const beside = await readEarlierRun(run);
    assert.deepEqual(beside.notes.slice(1), [
      "flags that pytorch-NetVlad does not have: x, y",
    ]);
    assert.equal(beside.options.model.arch, "alexnet");

    await Deno.writeTextFile(flags, text.slice(0, 50));
    await assert.rejects(readEarlierRun(run), {
      name: "CheckpointError",
      message: /^Cannot read the options of a run/,
      where: new RegExp(`^${RegExp.escape(flags)} \\(`),
      fix: /remove the file/,
    });
  }));

Deno.test("readEarlierRun() refuses an optimizer that begins within a layer", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await cp(SGD, run, { recursive: true });
    const flags = join(run, "checkpoints/flags.json");
    const text = await Deno.readTextFile(flags);
    await Deno.writeTextFile(
      flags,
      text.replace('"alexnet"', '"squeezenet1_1"'),
    );
    await assert.rejects(readEarlierRun(run), {
      name: "CheckpointError",
      message: /^Cannot go on with the optimizer of a checkpoint/,
      where: /it trains from features\.10\.weight on, where no layer begins/,
    });
  }));

testOnWasm(
  "adoptRun() keeps both checkpoints of pytorch-NetVlad as ours, and writes nothing to its folder",
  (engine) =>
    inFolder(async (folder) => {
      const before = await listFiles(SGD);
      const earlier = await readTrainedRun(SGD);
      const model = await createModel({
        ...earlier.options.model,
        widthDivisor: 32,
        weights: earlier.checkpoint.path,
      }, { engine, trainFrom: "conv5" });
      await adoptRun(earlier, model, folder);
      await model.dispose();
      for (const name of ["latest", "best"] as const) {
        const { checkpoint } = await readTrainedRun(SGD, name);
        const file = name === "best" ? "model_best" : "checkpoint";
        const { parameters, optimizer, state } = readCheckpoint(
          join(folder, `checkpoints/${file}.safetensors`),
        );
        assert.deepEqual(sorted(parameters), sorted(checkpoint.parameters));
        assert.deepEqual(sorted(optimizer), sorted(checkpoint.optimizer));
        assert.deepEqual(state, checkpoint.state);
      }
      assert.deepEqual(await listFiles(SGD), before);
    }),
);

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

/** Names and times of the files of a run. */
async function listFiles(run: string): Promise<unknown[]> {
  const files = [];
  for (const folder of [run, join(run, "checkpoints")]) {
    for await (const { name } of Deno.readDir(folder)) {
      const { size, mtime } = await Deno.stat(join(folder, name));
      files.push({ folder, name, size, mtime });
    }
  }
  return files;
}
