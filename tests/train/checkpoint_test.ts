import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../lib/engine/engine.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import type { Normalization } from "../../lib/model/network.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../lib/model/weights/safetensors.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import {
  type Checkpoint,
  checkpointFile,
  createTrainState,
  readCheckpoint,
  readCheckpointOptions,
  writeCheckpoint,
} from "../../lib/train/checkpoint.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages, makeModel } from "../model/make_model.ts";

/** A model, and a checkpoint of it with values that only an exact round trip keeps. */
async function withCheckpoint(
  engine: Engine,
  act: (made: {
    model: Model;
    checkpoint: Checkpoint;
    path: string;
  }) => Promise<void>,
): Promise<void> {
  const model = makeModel(engine, { arch: "alexnet", vladV2: true });
  const optimizer: NamedTensors = new Map([
    ["step", { shape: [1], data: Float32Array.of(7) }],
    ["momentum_buffer.pool.centroids", {
      shape: [2, 2],
      data: Float32Array.of(1e-45, -0, 0.1, 3e38),
    }],
  ]);
  const checkpoint: Checkpoint = {
    parameters: await model.exportTensors(),
    optimizer,
    state: {
      epoch: 3,
      bestRecall: 1 / 3,
      evaluationsSinceBest: 2,
      cachedNegatives: { 0: [3, 1, 2], 11: [] },
      history: [{
        epoch: 3,
        learningRate: 1e-4,
        loss: 0.1,
        tuples: 5,
        skipped: 1,
        recall: { 1: 0.25, 5: 1 / 3 },
      }, {
        epoch: 4,
        learningRate: 1e-4,
        loss: null,
        tuples: 0,
        skipped: 6,
        recall: null,
      }],
    },
  };
  await inFolder(async (folder) => {
    const path = join(folder, "deep", "checkpoint.safetensors");
    await writeCheckpoint(path, model, checkpoint);
    await act({ model, checkpoint, path });
  });
  await model.dispose();
}

testOnWasm(
  "readCheckpoint() reads what writeCheckpoint() wrote",
  (engine) =>
    withCheckpoint(engine, async ({ model, checkpoint, path }) => {
      assert.deepEqual(readCheckpoint(path), {
        ...checkpoint,
        parameters: sortByName(checkpoint.parameters),
        optimizer: sortByName(checkpoint.optimizer),
      });
      const { weights: _weights, seed: _seed, vladInit: _init, ...told } =
        model.options;
      assert.equal(told.vladV2, true);
      assert.deepEqual(readCheckpointOptions(path), told);
      const bytes = await Deno.readFile(path);
      await writeCheckpoint(path, model, checkpoint);
      assert.deepEqual(await Deno.readFile(path), bytes);
    }),
);

function sortByName(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].sort(([a], [b]) => a < b ? -1 : 1));
}

testOnWasm(
  "writeCheckpoint() names and shapes parameters as pytorch-NetVlad does",
  (engine) =>
    withCheckpoint(engine, ({ path }) => {
      const { tensors } = readSafetensors(path);
      const shapes = Object.fromEntries(
        [...tensors].filter(([name]) => !name.startsWith("optimizer."))
          .map(([name, { shape }]) => [name, shape]),
      );
      assert.deepEqual(shapes, {
        "encoder.0.weight": [8, 3, 11, 11],
        "encoder.0.bias": [8],
        "encoder.3.weight": [24, 8, 5, 5],
        "encoder.3.bias": [24],
        "encoder.6.weight": [48, 24, 3, 3],
        "encoder.6.bias": [48],
        "encoder.8.weight": [32, 48, 3, 3],
        "encoder.8.bias": [32],
        "encoder.10.weight": [32, 32, 3, 3],
        "encoder.10.bias": [32],
        "pool.centroids": [8, 32],
        "pool.conv.weight": [8, 32, 1, 1],
        "pool.conv.bias": [8],
      });
      return Promise.resolve();
    }),
);

testOnWasm(
  "createModel() takes a checkpoint as weights, with its head and normalization",
  (engine) =>
    inFolder(async (folder) => {
      const options: Partial<ModelOptions> = {
        arch: "alexnet",
        numClusters: 8,
        widthDivisor: 8,
      };
      const given = makeModel(engine, options);
      const normalization: Normalization = {
        scale: 1,
        mean: [110, 120, 130],
        std: [1, 1, 1],
      };
      const layers = given.network.layers.map((layer) =>
        layer.kind === "maxPool" ? { ...layer, ceilMode: true } : layer
      );
      const path = join(folder, "odd.safetensors");
      await writeCheckpoint(path, {
        options: given.options,
        network: { ...given.network, normalization, layers },
      }, {
        parameters: await given.exportTensors(),
        optimizer: new Map(),
        state: createTrainState(),
      });
      const model = await createModel({ ...options, weights: path }, {
        engine,
      });
      assert.ok(!model.needsCentroids);
      assert.deepEqual(model.network.normalization, normalization);
      assert.deepEqual(model.network.layers, layers);
      assert.deepEqual(
        sortByName(await model.exportTensors()),
        sortByName(await given.exportTensors()),
      );
      await given.dispose();
      await model.dispose();
    }),
);

testOnWasm(
  "createModel() describes the same with a checkpoint as its model did",
  (engine) =>
    withCheckpoint(engine, async ({ model, path }) => {
      const images = makeImages(2, 48, 64);
      const copy = await createModel(
        { ...readCheckpointOptions(path), weights: path },
        { engine, trainFrom: "conv5" },
      );
      assert.deepEqual(
        await copy.describe(images),
        await model.describe(images),
      );
      await copy.dispose();
    }),
);

testOnWasm(
  "createModel() takes order and norms from trained weights, and refuses others",
  async (engine) => {
    const trained = {
      arch: "alexnet",
      vladOrder: "channel-major",
      vladNorm: "smoothed",
    } as const;
    const model = makeModel(engine, trained);
    await inFolder(async (folder) => {
      const weights = join(folder, "checkpoint.safetensors");
      await writeCheckpoint(weights, model, {
        parameters: await model.exportTensors(),
        optimizer: new Map(),
        state: createTrainState(),
      });
      const given = {
        arch: "alexnet",
        numClusters: 8,
        widthDivisor: 8,
        weights,
      } as const;
      const copy = await createModel(given, { engine });
      assert.equal(copy.options.vladOrder, "channel-major");
      assert.equal(copy.options.vladNorm, "smoothed");
      const images = makeImages(1, 48, 64);
      assertClose(
        await copy.describe(images),
        await model.describe(images),
        { atol: 1e-6 }, // the copy is frozen: another engine runs its last layers
      );
      await copy.dispose();
      await assert.rejects(
        createModel({ ...given, vladOrder: "cluster-major" }, { engine }),
        {
          name: "OptionsError",
          where:
            `vladOrder is cluster-major, ${weights} was trained with channel-major`,
          fix: /leave them out/,
        },
      );
    });
    await model.dispose();
  },
);

testOnWasm(
  "readCheckpoint() refuses a damaged file",
  (engine) =>
    withCheckpoint(engine, async ({ path }) => {
      const bytes = await Deno.readFile(path);
      for (const length of [0, 5, 100, bytes.length - 1]) {
        await Deno.writeFile(path, bytes.subarray(0, length));
        assert.throws(() => readCheckpoint(path), {
          name: "CheckpointError",
          where: new RegExp(RegExp.escape(path)),
        }, `${length} bytes`);
      }
      await Deno.remove(path);
      assert.throws(() => readCheckpoint(path), { name: "CheckpointError" });
    }),
);

Deno.test("readCheckpoint() refuses weights that are no checkpoint", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    for (const metadata of [{}, { state: "{" }, { state: "3" }]) {
      await writeSafetensors(path, { tensors: new Map(), metadata });
      assert.throws(() => readCheckpoint(path), {
        name: "CheckpointError",
        message: /^Cannot go on from a checkpoint/,
        where: `${path} (its metadata has no state)`,
        fix: /run folder/,
      });
    }
  }));

Deno.test("checkpointFile() is in the folder checkpoints of a run", () => {
  assert.equal(
    checkpointFile("run", "best"),
    join("run", "checkpoints", "model_best.safetensors"),
  );
  assert.equal(
    checkpointFile("run", "latest"),
    join("run", "checkpoints", "checkpoint.safetensors"),
  );
});
