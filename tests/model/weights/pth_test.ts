import assert from "node:assert/strict";
import { readPth } from "../../../lib/model/weights/pth.ts";
import { readTorchCheckpoint } from "../../../lib/model/weights/torch_checkpoint.ts";
import { PthTensor } from "../../../lib/model/weights/pth_tensor.ts";
import { inFolder } from "../../in_folder.ts";

const CONTAINERS = ["zip", "legacy"] as const;

/** Made by make_pth.py beside them. */
function fixture(name: string): string {
  return new URL(`../../fixtures/weights/${name}`, import.meta.url).pathname;
}

/** The numbers that make_pth.py counts: -1, -7/8, … */
function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i / 8 - 1);
}

for (const container of CONTAINERS) {
  const kinds = fixture(`kinds.${container}.pth`);

  Deno.test(`readTorchCheckpoint() reads every number type (${container})`, () => {
    const tensors = readTorchCheckpoint(kinds).tensors;
    const numbers = (name: string): number[] => [...tensors.get(name)!.data];
    for (const name of ["f32", "f64", "f16", "bf16"]) {
      assert.deepEqual(numbers(name), count(6), name);
      assert.deepEqual(tensors.get(name)!.shape, [2, 3]);
    }
    assert.deepEqual(numbers("i64"), [-3, 0, 5]);
    assert.deepEqual(numbers("u8"), [0, 255]);
    assert.deepEqual(numbers("bool"), [1, 0]);
  });

  Deno.test(`readTorchCheckpoint() reads scalars and empty tensors (${container})`, () => {
    const tensors = readTorchCheckpoint(kinds).tensors;
    assert.deepEqual(tensors.get("scalar"), {
      shape: [],
      data: Float32Array.of(2.5),
    });
    assert.deepEqual(tensors.get("empty"), {
      shape: [0, 3],
      data: new Float32Array(0),
    });
  });

  Deno.test(`readTorchCheckpoint() reads views of a shared storage (${container})`, () => {
    const tensors = readTorchCheckpoint(kinds).tensors;
    const base = count(12);
    const expected = {
      base,
      transposed: [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map((i) => base[i]),
      column: [1, 4, 7, 10].map((i) => base[i]),
      rows: base.slice(3, 9),
      expanded: Array(6).fill(0.5),
    };
    for (const [name, numbers] of Object.entries(expected)) {
      assert.deepEqual([...tensors.get(name)!.data], numbers, name);
    }
    assert.deepEqual(tensors.get("transposed")!.shape, [3, 4]);
    const permuted = tensors.get("permuted")!;
    assert.deepEqual(permuted.shape, [4, 2, 3]);
    assert.equal(
      permuted.data[1 * 6 + 1 * 3 + 2],
      (1 * 12 + 2 * 4 + 1) / 8 - 1,
    );
  });

  Deno.test(`readTorchCheckpoint() unwraps a checkpoint and drops "module" (${container})`, () => {
    const tensors =
      readTorchCheckpoint(fixture(`checkpoint.${container}.pth`)).tensors;
    assert.deepEqual([...tensors.keys()], [
      "encoder.0.weight",
      "encoder.0.bias",
      "pool.centroids",
      "pool.conv.weight",
    ]);
    assert.deepEqual(tensors.get("pool.conv.weight"), {
      shape: [2, 2, 1, 1],
      data: Float32Array.from(count(4)),
    });
  });

  Deno.test(`readPth() reads NumPy numbers and large integers (${container})`, () => {
    const content = readPth(fixture(`checkpoint.${container}.pth`));
    const { state_dict: stateDict, ...rest } = content as Record<
      string,
      unknown
    >;
    assert.ok(
      Object.values(stateDict as object).every((value) =>
        value instanceof PthTensor
      ),
    );
    assert.deepEqual(JSON.parse(JSON.stringify({ ...rest, big: null })), {
      epoch: 3,
      recalls: { 1: 0.5, 5: 0.75 },
      "best_score": 0.75,
      big: null,
      negative: [-1, -(2 ** 40), true, null],
      parallel: true,
    });
    assert.equal(rest["big"], 2n ** 70n);
  });

  Deno.test(`readPth() refuses code by its name (${container})`, () => {
    const path = fixture(`evil.${container}.pth`);
    assert.throws(() => readPth(path), {
      name: "CheckpointError",
      where: `${path} (it refers to posix.getpid, which is refused)`,
      fix: /torch\.save\(model\.state_dict\(\), FILE\)/,
    });
  });
}

Deno.test("readPth() says that a file is missing", () => {
  assert.throws(() => readPth("none/at/all.pth"), {
    name: "CheckpointError",
    where: /^none\/at\/all\.pth \(No such file/,
    fix: /check the path/,
  });
});

Deno.test("readPth() says that a file is not PyTorch's", async () => {
  await inFolder((folder) => {
    const path = `${folder}/w.pth`;
    Deno.writeTextFileSync(path, "<html>Not found</html>");
    assert.throws(() => readPth(path), { name: "CheckpointError" });
    Deno.writeFileSync(path, pickle("}."));
    assert.throws(() => readPth(path), {
      where: `${path} (it does not begin like a file of torch.save)`,
    });
  });
});

/** A pickle of protocol 2 with these opcodes. */
function pickle(opcodes: string): Uint8Array {
  return Uint8Array.from(`\x80\x02${opcodes}`, (c) => c.charCodeAt(0));
}
