import assert from "node:assert/strict";
import { CheckpointError } from "../../../lib/errors.ts";
import { openHdf5 } from "../../../lib/hdf5.ts";
import { readPth, readStateDict } from "../../../lib/model/weights/pth.ts";
import { PthTensor } from "../../../lib/model/weights/pth_tensor.ts";
import { createRandom } from "../../../lib/random.ts";
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

  Deno.test(`readStateDict() reads every number type (${container})`, () => {
    const tensors = readStateDict(kinds);
    const numbers = (name: string): number[] => [...tensors.get(name)!.data];
    for (const name of ["f32", "f64", "f16", "bf16"]) {
      assert.deepEqual(numbers(name), count(6), name);
      assert.deepEqual(tensors.get(name)!.shape, [2, 3]);
    }
    assert.deepEqual(numbers("i64"), [-3, 0, 5]);
    assert.deepEqual(numbers("u8"), [0, 255]);
    assert.deepEqual(numbers("bool"), [1, 0]);
  });

  Deno.test(`readStateDict() reads scalars and empty tensors (${container})`, () => {
    const tensors = readStateDict(kinds);
    assert.deepEqual(tensors.get("scalar"), {
      shape: [],
      data: Float32Array.of(2.5),
    });
    assert.deepEqual(tensors.get("empty"), {
      shape: [0, 3],
      data: new Float32Array(0),
    });
  });

  Deno.test(`readStateDict() reads views of a shared storage (${container})`, () => {
    const tensors = readStateDict(kinds);
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

  Deno.test(`readStateDict() unwraps a checkpoint and drops "module" (${container})`, () => {
    const tensors = readStateDict(fixture(`checkpoint.${container}.pth`));
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

  Deno.test(`readStateDict() reads only the tensors that are wanted (${container})`, () => {
    const isWanted = (name: string): boolean => name.endsWith("bias");
    const path = fixture(`torchvision.${container}.pth`);
    assert.deepEqual([...readStateDict(path, isWanted).keys()], [
      "features.0.bias",
    ]);
  });

  Deno.test(`readPth() refuses code by its name (${container})`, () => {
    const path = fixture(`evil.${container}.pth`);
    assert.throws(() => readPth(path), {
      name: "CheckpointError",
      where: `${path} (it refers to posix.getpid, which is refused)`,
      fix: /torch\.save\(model\.state_dict\(\), FILE\)/,
    });
  });

  Deno.test(`readPth() says that a file is cut short, wherever it is (${container})`, async () => {
    const bytes = Deno.readFileSync(kinds);
    await inFolder((folder) => {
      const path = `${folder}/w.pth`;
      for (let length = 0; length < bytes.length; length += 7) {
        Deno.writeFileSync(path, bytes.subarray(0, length));
        assert.throws(() => readStateDict(path), CheckpointError);
      }
    });
  });

  Deno.test(`readPth() answers damage with its own error, never another (${container})`, async () => {
    const random = createRandom(1);
    const bytes = Deno.readFileSync(fixture(`checkpoint.${container}.pth`));
    let numRefused = 0;
    await inFolder((folder) => {
      const path = `${folder}/w.pth`;
      for (let i = 0; i < 1500; i++) {
        const damaged = bytes.slice();
        const at = random.nextInteger(bytes.length);
        damaged[at] = random.nextInteger(256);
        Deno.writeFileSync(path, damaged);
        try {
          readStateDict(path);
        } catch (error) {
          assert.ok(error instanceof CheckpointError, `byte ${at}: ${error}`);
          numRefused++;
        }
      }
    });
    assert.ok(numRefused > 100, `${numRefused} refused`);
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

Deno.test("readPth() stops at a pickle that asks for more than there is", async () => {
  await inFolder((folder) => {
    const path = `${folder}/w.pth`;
    for (
      const body of [
        "X\xff\xff\xff\x7f",
        "R.",
        "0.",
        "\x85.",
        "h\x05.",
        "(",
        "ee.",
      ]
    ) {
      Deno.writeFileSync(path, pickle(body));
      assert.throws(() => readPth(path), CheckpointError, body);
    }
  });
});

const golden = new URL("../../../../shared/golden/", import.meta.url).pathname;
const hasGolden = await Deno.stat(golden).then(() => true, () => false);

Deno.test({
  ignore: !hasGolden,
  name:
    `readStateDict() gives a trained checkpoint's weights in all containers${
      hasGolden ? "" : " (skipped: no ../shared/golden)"
    }`,
  fn: async () => {
    using expected = await openHdf5(`${golden}e_train/vgg16_d32_ckpt.h5`);
    for (const kind of ["zip", "legacy", "parallel"]) {
      const path = `${golden}e_train/vgg16_d32_ckpt.checkpoint.${kind}.pth.tar`;
      const tensors = readStateDict(path);
      assert.equal(tensors.size, 28);
      for (const [name, tensor] of tensors) {
        const { shape, data } = expected.readDataset(`final/${name}`);
        assert.deepEqual(tensor, { shape, data }, `${kind} ${name}`);
      }
    }
  },
});

Deno.test({
  ignore: !hasGolden,
  name: `readStateDict() gives the same from both containers${
    hasGolden ? "" : " (skipped: no ../shared/golden)"
  }`,
  fn: () => {
    for (const name of ["alexnet_div8", "vgg16_div8"]) {
      const path = `${golden}b_encoder/${name}`;
      const fromZip = readStateDict(`${path}.zip.pth`);
      assert.ok(fromZip.size > 10);
      assert.deepEqual(readStateDict(`${path}.legacy.pth`), fromZip);
    }
  },
});

/** A pickle of protocol 2 with these opcodes. */
function pickle(opcodes: string): Uint8Array {
  return Uint8Array.from(`\x80\x02${opcodes}`, (c) => c.charCodeAt(0));
}
