import assert from "node:assert/strict";
import { join } from "node:path";
import {
  writeTorchCheckpoint,
  writeTorchStateDict,
} from "../../lib/model/weights/pth_write.ts";
import { readSafetensors } from "../../lib/model/weights/safetensors.ts";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
} from "../../lib/model/weights/torch_checkpoint.ts";
import {
  checkpointFile,
  readCheckpoint,
  readCheckpointOptions,
} from "../../lib/train/checkpoint.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { writeRunFlags } from "../../lib/train/run_folder.ts";
import { resolveModelOptions } from "../../lib/model/options.ts";
import { TRAIN_DEFAULTS } from "../../lib/train/options.ts";
import { inFolder } from "../in_folder.ts";
import {
  inTorch,
  makeParameters,
  makeTorchCheckpoint,
  NARROW,
  OWN,
  writeOwn,
} from "./make_weights.ts";

const CHECKPOINTS: [string, TorchCheckpoint][] = [
  ["SGD", makeTorchCheckpoint({ kind: "sgd", numTrained: 13 })],
  ["Adam", makeTorchCheckpoint({ kind: "adam", numTrained: 13 })],
  [
    "SGD before its first step",
    makeTorchCheckpoint({ kind: "sgd", numTrained: 5, isNew: true }),
  ],
  [
    "an optimizer of the last layers, numbered as of old",
    makeTorchCheckpoint({
      kind: "adam",
      numTrained: 5,
      firstNumber: 140_234_234_234_234,
    }),
  ],
];

for (const [what, checkpoint] of CHECKPOINTS) {
  Deno.test(`convertWeights() takes a .pth.tar with ${what} there and back to the bit`, () =>
    inFolder(async (folder) => {
      const [theirs, ours, again] = ["1.pth.tar", "2.safetensors", "3.pth.tar"]
        .map((name) => join(folder, name)) as [string, string, string];
      await writeTorchCheckpoint(theirs, checkpoint);
      const there = await convertWeights(theirs, ours);
      const back = await convertWeights(ours, again);
      assert.deepEqual(readTorchCheckpoint(again), checkpoint);
      assert.deepEqual(Deno.readFileSync(again), Deno.readFileSync(theirs));
      assert.deepEqual(there.leftOut, []);
      assert.deepEqual(back.leftOut, []);
      assert.deepEqual(
        back.mapped,
        there.mapped.map(({ from, to, shape }) => ({
          from: to,
          to: from,
          shape,
        })),
      );
      assert.deepEqual(back.model, {
        arch: "alexnet",
        widthDivisor: 32,
        pooling: "netvlad",
        numClusters: 3,
        vladV2: true,
      });
      assert.equal(back.epoch, 12);
    }));
}

Deno.test("convertWeights() keeps the names of a DataParallel for the way back", () =>
  inFolder(async (folder) => {
    const { optimizer: _optimizer, ...checkpoint } = makeTorchCheckpoint({
      kind: "sgd",
      numTrained: 13,
    });
    const tensors = new Map(
      [...checkpoint.tensors].map((
        [name, tensor],
      ) => [name.replace(".", ".module."), tensor]),
    );
    const parallel = { ...checkpoint, tensors, parallel: true };
    await writeTorchCheckpoint(`${folder}/1.pth.tar`, parallel);
    const { mapped } = await convertWeights(
      `${folder}/1.pth.tar`,
      `${folder}/2.safetensors`,
    );
    assert.deepEqual(mapped[0], {
      from: "encoder.module.0.weight",
      to: "encoder.0.weight",
      shape: [2, 3, 11, 11],
    });
    await convertWeights(`${folder}/2.safetensors`, `${folder}/3.pth.tar`);
    assert.deepEqual(
      Deno.readFileSync(`${folder}/3.pth.tar`),
      Deno.readFileSync(`${folder}/1.pth.tar`),
    );
  }));

Deno.test("convertWeights() makes a checkpoint of pytorch-NetVlad of a run, with the optimizer's options", () =>
  inFolder(async (folder) => {
    await writeOwn(checkpointFile(`${folder}/run`, "best"));
    await writeRunFlags(`${folder}/run`, {
      model: resolveModelOptions(NARROW),
      images: {},
      train: { ...TRAIN_DEFAULTS, learningRate: 0.01 },
    });
    const output = `${folder}/out/model_best.pth.tar`;
    const { leftOut, input } = await convertWeights(`${folder}/run`, output, {
      checkpoint: "best",
    });
    assert.equal(input, checkpointFile(`${folder}/run`, "best"));
    assert.deepEqual(leftOut.map(({ name }) => name), [
      "optimizer.step",
      "state.cachedNegatives",
      "state.history",
      "state.evaluationsSinceBest",
    ]);
    const momentum = (name: string): [string, unknown][] => [[
      "momentum_buffer",
      OWN.optimizer.get(`momentum_buffer.${name}`),
    ]];
    assert.deepEqual(readTorchCheckpoint(output), {
      tensors: inTorch(OWN.parameters),
      epoch: 2,
      bestScore: 1 / 3,
      recalls: { 1: 0.25, 5: 1 / 3 },
      parallel: false,
      optimizer: {
        kind: "sgd",
        groups: [{
          params: [0, 1],
          options: {
            lr: 0.005,
            momentum: 0.9,
            dampening: 0,
            "weight_decay": 0.001,
            nesterov: false,
            "initial_lr": 0.01,
          },
        }],
        state: new Map([
          [0, { buffers: new Map(momentum("pool.centroids")) }],
          [1, { buffers: new Map(momentum("pool.conv.weight")) }],
        ]),
      },
    });
  }));

Deno.test("convertWeights() leaves out an optimizer whose options nothing tells, and says so", () =>
  inFolder(async (folder) => {
    await writeOwn(`${folder}/1.safetensors`);
    const { leftOut, mapped } = await convertWeights(
      `${folder}/1.safetensors`,
      `${folder}/2.pth.tar`,
    );
    assert.match(
      leftOut.find(({ name }) => name === "optimizer")!.reason,
      /give the run folder/,
    );
    assert.equal(mapped.length, OWN.parameters.size);
    assert.equal(readTorchCheckpoint(`${folder}/2.pth.tar`).epoch, 2);
  }));

Deno.test("convertWeights() copies a checkpoint of ours to the bit", () =>
  inFolder(async (folder) => {
    await writeOwn(`${folder}/1.safetensors`);
    const { leftOut } = await convertWeights(
      `${folder}/1.safetensors`,
      `${folder}/2.safetensors`,
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      Deno.readFileSync(`${folder}/2.safetensors`),
      Deno.readFileSync(`${folder}/1.safetensors`),
    );
  }));

Deno.test("convertWeights() reads a run folder of pytorch-NetVlad with its flags", () =>
  inFolder(async (folder) => {
    const checkpoint = CHECKPOINTS[0]![1];
    const run = `${folder}/run/checkpoints`;
    await writeTorchCheckpoint(`${run}/model_best.pth.tar`, checkpoint);
    const flags = { arch: "alexnet", pooling: "netvlad", ["num_clusters"]: 3 };
    Deno.writeTextFileSync(
      `${run}/flags.json`,
      JSON.stringify({ ...flags, vladv2: true }),
    );
    const output = `${folder}/2.safetensors`;
    const { input } = await convertWeights(`${folder}/run`, output, {
      checkpoint: "best",
    });
    assert.equal(input, `${run}/model_best.pth.tar`);
    assert.deepEqual(
      inTorch(readCheckpoint(output).parameters),
      checkpoint.tensors,
    );
    await assert.rejects(convertWeights(`${folder}/run`, output), {
      name: "CheckpointError",
      fix: "set checkpoint to best",
    });
  }));

Deno.test("convertWeights() writes a state dict alone as .pth", () =>
  inFolder(async (folder) => {
    const checkpoint = CHECKPOINTS[1]![1];
    await writeTorchCheckpoint(`${folder}/1.pth.tar`, checkpoint);
    const { leftOut } = await convertWeights(
      `${folder}/1.pth.tar`,
      `${folder}/2.pth`,
    );
    assert.deepEqual(readTorchCheckpoint(`${folder}/2.pth`), {
      tensors: checkpoint.tensors,
    });
    assert.deepEqual(leftOut.map(({ name }) => name), [
      "epoch",
      "best_score",
      "recalls",
      "optimizer",
    ]);
  }));

Deno.test("convertWeights() leaves the classifier out of torchvision's weights, and names it", () =>
  inFolder(async (folder) => {
    const encoder = makeParameters({ ...NARROW, pooling: "avg" });
    const tensors = new Map([
      ...encoder,
      ["classifier.1.weight", { shape: [1, 2], data: new Float32Array(2) }],
      ["aux.bias", { shape: [1], data: new Float32Array(1) }],
    ]);
    await writeTorchStateDict(`${folder}/1.pth`, tensors);
    const output = `${folder}/2.safetensors`;
    const { leftOut, model } = await convertWeights(`${folder}/1.pth`, output);
    assert.deepEqual(leftOut, [{
      name: "classifier.1.weight",
      shape: [1, 2],
      reason: "a describer has no classifier",
    }, {
      name: "aux.bias",
      shape: [1],
      reason: "alexnet has no such parameter",
    }]);
    assert.deepEqual(model, { arch: "alexnet", widthDivisor: 32 });
    assert.deepEqual(readCheckpointOptions(output), model);
    assert.deepEqual(
      [...readSafetensors(output).tensors].sort(),
      [...inTorch(encoder)].sort(),
    );
  }));
