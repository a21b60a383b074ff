import assert from "node:assert/strict";
import { openHdf5 } from "../../../lib/hdf5.ts";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
} from "../../../lib/model/weights/torch_checkpoint.ts";

/** Made by make_pth.py beside them. */
function fixture(name: string): string {
  return new URL(`../../fixtures/weights/${name}`, import.meta.url).pathname;
}

/** What is remembered of each parameter: the numbers of each buffer. */
function listBuffers(
  { optimizer }: TorchCheckpoint,
): Record<string, Record<string, number[]>> {
  const entries = [...optimizer!.state].map(([key, { buffers }]) => {
    const numbers = [...buffers].map(([name, { data }]) => [name, [...data]]);
    return [key, Object.fromEntries(numbers)];
  });
  return Object.fromEntries(entries);
}

for (const container of ["zip", "legacy"]) {
  Deno.test(`readTorchCheckpoint() reads what main.py saves (${container})`, () => {
    const { tensors, ...rest } = readTorchCheckpoint(
      fixture(`checkpoint.${container}.pth`),
    );
    assert.deepEqual([...tensors.keys()], [
      "encoder.0.weight",
      "encoder.0.bias",
      "pool.centroids",
      "pool.conv.weight",
    ]);
    assert.deepEqual(rest, {
      epoch: 3,
      bestScore: 0.75,
      recalls: { 1: 0.5, 5: 0.75 },
      parallel: true,
    });
  });

  Deno.test(`readTorchCheckpoint() reads a state dict (${container})`, () => {
    const found = readTorchCheckpoint(fixture(`torchvision.${container}.pth`));
    assert.deepEqual(Object.keys(found), ["tensors"]);
    assert.ok(found.tensors.has("classifier.1.weight"));
  });
}

Deno.test("readTorchCheckpoint() reads SGD before its first step", () => {
  const { optimizer } = readTorchCheckpoint(fixture("sgd_new.zip.pth"));
  assert.equal(optimizer!.kind, "sgd");
  assert.equal(optimizer!.state.size, 0);
  assert.deepEqual(optimizer!.groups.map(({ params }) => params), [[0, 1]]);
  const { lr, momentum, nesterov, foreach } = optimizer!.groups[0]!.options;
  assert.deepEqual([lr, momentum, nesterov, foreach], [0.5, 0.5, false, null]);
});

Deno.test("readTorchCheckpoint() reads the momentum of SGD", () => {
  const checkpoint = readTorchCheckpoint(fixture("sgd.zip.pth"));
  assert.equal(checkpoint.optimizer!.kind, "sgd");
  // Gradients are 1 and 2: m = 1, then 0.5 · 1 + 1.
  assert.deepEqual(listBuffers(checkpoint), {
    0: { "momentum_buffer": Array(6).fill(1.5) },
    1: { "momentum_buffer": Array(4).fill(3) },
  });
  assert.deepEqual(
    checkpoint.optimizer!.state.get(0)!.buffers.get("momentum_buffer")!.shape,
    [2, 3],
  );
  assert.equal(checkpoint.optimizer!.state.get(0)!.step, undefined);
});

for (const name of ["adam", "adam_integer"]) {
  Deno.test(`readTorchCheckpoint() reads Adam's moments and steps (${name})`, () => {
    const checkpoint = readTorchCheckpoint(fixture(`${name}.zip.pth`));
    const { kind, groups, state } = checkpoint.optimizer!;
    assert.equal(kind, "adam");
    assert.deepEqual(groups[0]!.options["betas"], [0.9, 0.999]);
    assert.deepEqual([...state.values()].map(({ step }) => step), [2, 2]);
    // Gradients are 1 and 2 at both steps: (1 − β) + β (1 − β) of them and of their squares.
    const buffers = listBuffers(checkpoint);
    for (const [key, gradient] of [["0", 1], ["1", 2]] as const) {
      const { exp_avg: mean, exp_avg_sq: square } = buffers[key]!;
      for (const value of mean!) {
        assert.ok(Math.abs(value - 0.19 * gradient) < 1e-6, `${value}`);
      }
      for (const value of square!) {
        assert.ok(Math.abs(value - 0.001999 * gradient ** 2) < 1e-8);
      }
    }
  });
}

const golden = new URL(
  "../../../../shared/golden/e_train/vgg16_d32_ckpt",
  import.meta.url,
).pathname;
const hasGolden = await Deno.stat(`${golden}.h5`).then(() => true, () => false);

Deno.test({
  ignore: !hasGolden,
  name:
    `readTorchCheckpoint() reads the same from all of main.py's checkpoints${
      hasGolden ? "" : " (skipped: no ../shared/golden)"
    }`,
  fn: async () => {
    const read = (kind: string): TorchCheckpoint =>
      readTorchCheckpoint(`${golden}.checkpoint.${kind}.pth.tar`);
    const zip = read("zip");
    assert.deepEqual(read("legacy"), zip);
    const { optimizer, ...rest } = zip;
    assert.deepEqual(read("parallel"), { ...rest, parallel: true });

    const { tensors, ...results } = rest;
    assert.deepEqual(results, {
      epoch: 3,
      bestScore: 0.625,
      recalls: { 1: 0.5, 5: 0.625, 10: 0.75, 20: 0.875 },
      parallel: false,
    });
    using expected = await openHdf5(`${golden}.h5`);
    for (const [name, tensor] of tensors) {
      const { shape, data } = expected.readDataset(`final/${name}`);
      assert.deepEqual(tensor, { shape, data }, name);
    }
    const { kind, groups: [group], state } = optimizer!;
    assert.equal(kind, "sgd");
    assert.deepEqual(group!.params, Array.from({ length: 28 }, (_, i) => i));
    assert.equal(group!.options["lr"], 0.0025);
    assert.equal(group!.options["initial_lr"], 0.01);
    const shapes = group!.params.map((i) =>
      state.get(i)!.buffers.get("momentum_buffer")!.shape
    );
    assert.deepEqual(shapes, [...tensors.values()].map(({ shape }) => shape));
  },
});
