/** Checkpoints of pytorch-NetVlad as ours: PyTorch's next step is our next step. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "../../lib/engine/tf.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { fromVariable, toVariable } from "../../lib/model/parameters.ts";
import { readTorchCheckpoint } from "../../lib/model/weights/torch_checkpoint.ts";
import { createOptimizer } from "../../lib/train/optimizer.ts";
import { resolveTrainOptions } from "../../lib/train/options.ts";
import { readEarlierRun } from "../../lib/train/resume.ts";
import {
  adaptTorchCheckpoint,
  readTorchRunCheckpoint,
} from "../../lib/train/torch_run_checkpoint.ts";
import { firstTrainedLayer } from "../../lib/train/trained_part.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";

/** Made by make_runs.py there. */
const RUNS = fileURLToPath(
  new URL("../fixtures/pytorch_netvlad/", import.meta.url),
);
const [SGD, ADAM] = [join(RUNS, "sgd"), join(RUNS, "adam")];

/** Of parameters and buffers: PyTorch and TensorFlow.js round a product and a sum in another order. */
const ROUNDING = 1e-6;

for (const [title, folder] of [["SGD", SGD], ["Adam", ADAM]] as const) {
  testOnWasm(
    `a step from a checkpoint of pytorch-NetVlad is PyTorch's, by ${title}`,
    async (engine) => {
      const { options, checkpoint } = await readEarlierRun(folder);
      const model = await createModel({
        ...options.model,
        widthDivisor: 32,
        weights: checkpoint!.path,
      }, {
        engine,
        trainFrom: firstTrainedLayer(options.model, options.train),
      });
      const train = resolveTrainOptions(options.train);
      const optimizer = createOptimizer(train, model.variables);
      await optimizer.importState(folder, checkpoint!.optimizer);
      const { gradients, parameters } = await readNextStep(folder);
      assert.deepEqual([...gradients.keys()], [...model.variables.keys()]);
      const named = Object.fromEntries(
        [...model.variables].map(([name, variable]) => {
          const { shape } = checkpoint!.parameters.get(name)!;
          const data = gradients.get(name)!;
          return [variable.name, toVariable(name, { shape, data })];
        }),
      );
      optimizer.step(named, train.learningRate);
      for (const [name, variable] of model.variables) {
        const { data } = await fromVariable(name, variable);
        const before = checkpoint!.parameters.get(name)!.data;
        assert.notDeepEqual(data, before, name);
        const atol = ROUNDING;
        assertClose(data, parameters.get(name)!, { atol }, name);
      }
      tf.dispose(named);
      optimizer.dispose();
      await model.dispose();
    },
  );
}

/** Numbers by the names of parameters here. */
type NamedNumbers = Map<string, Float32Array<ArrayBuffer>>;

/** Gradients and parameters of PyTorch's next step. */
async function readNextStep(
  folder: string,
): Promise<{ gradients: NamedNumbers; parameters: NamedNumbers }> {
  const stored = JSON.parse(
    await Deno.readTextFile(join(folder, "next_step.json")),
  ) as Record<"gradients" | "parameters", Record<string, string>>;
  const named = (tensors: Record<string, string>): NamedNumbers =>
    new Map(
      Object.entries(tensors).map(([name, base64]) => [
        name.replace("module.", "").replace("encoder.", "features."),
        new Float32Array(Uint8Array.fromBase64(base64).buffer),
      ]),
    );
  return {
    gradients: named(stored.gradients),
    parameters: named(stored.parameters),
  };
}

/** Checkpoints of a run that trained everything, in either container. */
const GOLDEN = fileURLToPath(
  new URL("../../../shared/golden/e_train/", import.meta.url),
);
const hasGolden = await Deno.stat(GOLDEN).then(() => true, () => false);

Deno.test({
  name: `readTorchRunCheckpoint() names every buffer of the golden checkpoints${
    hasGolden ? "" : " (skipped: no ../shared/golden)"
  }`,
  ignore: !hasGolden,
  fn: () => {
    for (const container of ["zip", "legacy"]) {
      const { optimizer, parameters, state, trained } = readTorchRunCheckpoint(
        join(GOLDEN, `vgg16_d32_ckpt.checkpoint.${container}.pth.tar`),
      );
      const names = [...parameters.keys()];
      assert.equal(names.length, 28);
      assert.deepEqual(trained, names);
      assert.deepEqual(
        [...optimizer.keys()],
        ["step", ...names.map((name) => `momentum_buffer.${name}`)],
      );
      assert.equal(state.epoch, 3);
      assert.equal(state.bestRecall, 0.625);
      assert.equal(state.history[0]!.recall!["10"], 0.75);
    }
  },
});

Deno.test("adaptTorchCheckpoint() names the first tensor of an optimizer that does not fit", () => {
  const path = join(SGD, "checkpoints/checkpoint.pth.tar");
  const spoil = (
    spoiled: (found: ReturnType<typeof readTorchCheckpoint>) => void,
  ) =>
  (): void => {
    const found = readTorchCheckpoint(path);
    spoiled(found);
    adaptTorchCheckpoint(path, found);
  };
  const where = (reason: string): RegExp =>
    new RegExp(`^${RegExp.escape(`${path} (${reason}`)}`);
  const error = {
    name: "CheckpointError",
    message: /^Cannot go on with the optimizer of a checkpoint/,
    fix: /^set weights to this file/,
  };
  adaptTorchCheckpoint(path, readTorchCheckpoint(path));
  assert.throws(
    spoil(({ optimizer }) => optimizer!.groups[0]!.params.reverse()),
    {
      ...error,
      where: where(
        "momentum_buffer of encoder.10.weight is [4, 8, 1, 1], not [8, 8, 3, 3]",
      ),
    },
  );
  assert.throws(spoil(({ tensors }) => tensors.delete("pool.centroids")), {
    ...error,
    where: where("momentum_buffer of encoder.8.bias is [8, 8, 3, 3], not [8]"),
  });
  assert.throws(spoil(({ optimizer }) => optimizer!.groups[0]!.params = []), {
    ...error,
    where: where("its optimizer moves 0 parameters of 12"),
  });
  assert.throws(spoil(({ optimizer }) => optimizer!.kind = "unknown"), {
    ...error,
    where: where("its optimizer is neither SGD nor Adam"),
  });
  assert.throws(spoil(({ optimizer }) => optimizer!.state.get(1)!.step = 3), {
    ...error,
    where: where("its optimizer moved some parameters more often"),
  });
  assert.throws(spoil((found) => delete found.epoch), {
    name: "CheckpointError",
    message: /^Cannot go on from a checkpoint/,
    where: where("it does not say which epoch"),
  });
});

Deno.test("adaptTorchCheckpoint() follows the numbers of parameters, which were any before PyTorch 1.5", () => {
  const path = join(SGD, "checkpoints/checkpoint.pth.tar");
  const found = readTorchCheckpoint(path);
  const { optimizer } = adaptTorchCheckpoint(path, found);
  const { groups, state } = found.optimizer!;
  const numbers = [140_001, 17, 140_000, 3];
  const states = numbers.map((number, i) => [number, state.get(i)!] as const);
  found.optimizer!.state = new Map(states.reverse());
  found.optimizer!.groups = numbers.map((number) => ({
    ...groups[0]!,
    params: [number],
  }));
  assert.deepEqual(adaptTorchCheckpoint(path, found).optimizer, optimizer);
});

Deno.test("adaptTorchCheckpoint() begins with zeros where nothing was moved yet", () => {
  const path = join(SGD, "checkpoints/checkpoint.pth.tar");
  const found = readTorchCheckpoint(path);
  found.optimizer!.state.clear();
  const { optimizer } = adaptTorchCheckpoint(path, found);
  assert.deepEqual(optimizer.get("momentum_buffer.pool.centroids"), {
    shape: [4, 8],
    data: new Float32Array(32),
  });
  delete found.optimizer;
  assert.equal(adaptTorchCheckpoint(path, found).optimizer.size, 0);
});
