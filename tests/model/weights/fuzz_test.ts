import assert from "node:assert/strict";
import { VprError } from "../../../lib/errors.ts";
import { openHdf5 } from "../../../lib/hdf5.ts";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import { readKerasSqueezenet } from "../../../lib/model/weights/keras_squeezenet.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../../lib/model/weights/safetensors.ts";
import { readTorchCheckpoint } from "../../../lib/model/weights/torch_checkpoint.ts";
import { createRandom, type Random } from "../../../lib/random.ts";
import { inFolder } from "../../in_folder.ts";
import { makeKerasFile } from "./make_keras_file.ts";

/** Longest that one file may take. Measured: 0.1 to 5 ms. */
const MAX_MS = 5000;

/** Shapes and numbers that were read. */
type Read = Iterable<{ shape: readonly number[]; data: ArrayLike<number> }>;

/** Changes bytes in one of the ways that damage or an enemy has. */
type Spoil = (bytes: Uint8Array, random: Random) => Uint8Array;

const SPOILS: readonly Spoil[] = [
  function flip(bytes, random): Uint8Array {
    const spoiled = bytes.slice();
    spoiled[random.nextInteger(bytes.length)] = random.nextInteger(256);
    return spoiled;
  },
  function flipMany(bytes, random): Uint8Array {
    const spoiled = bytes.slice();
    for (let i = 0; i < 10; i++) {
      spoiled[random.nextInteger(bytes.length)] = random.nextInteger(256);
    }
    return spoiled;
  },
  function fill(bytes, random): Uint8Array {
    const at = random.nextInteger(bytes.length);
    const value = [0, 0xff, 0x7f][random.nextInteger(3)]!;
    return bytes.slice().fill(value, at, at + 1 + random.nextInteger(8));
  },
  function repeat(bytes, random): Uint8Array {
    const [from, to] = pickPart(bytes, random);
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  function leaveOut(bytes, random): Uint8Array {
    const [from, to] = pickPart(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  function move(bytes, random): Uint8Array {
    const [from, to] = pickPart(bytes, random);
    const spoiled = bytes.slice();
    spoiled.copyWithin(random.nextInteger(bytes.length), from, to);
    return spoiled;
  },
  function cut(bytes, random): Uint8Array {
    return bytes.slice(0, random.nextInteger(bytes.length));
  },
];

/** Between 1 and 64 bytes. */
function pickPart(bytes: Uint8Array, random: Random): [number, number] {
  const from = random.nextInteger(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.nextInteger(64))];
}

function join(start: Uint8Array, end: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start.length + end.length);
  whole.set(start);
  whole.set(end, start.length);
  return whole;
}

/**
 * Reads a file spoiled in many ways: each time it is read whole or refused.
 *
 * @returns How many were refused.
 */
async function fuzz(
  bytes: Uint8Array,
  count: number,
  read: (path: string) => Read | Promise<Read>,
): Promise<number> {
  const random = createRandom(1);
  let numRefused = 0;
  await inFolder(async (folder) => {
    const path = `${folder}/spoiled`;
    for (let i = 0; i < count; i++) {
      const spoil = SPOILS[i % SPOILS.length]!;
      Deno.writeFileSync(path, spoil(bytes, random));
      const start = performance.now();
      try {
        for (const { shape, data } of await read(path)) {
          const length = shape.reduce((product, size) => product * size, 1);
          assert.equal(data.length, length, `${spoil.name} ${i}: [${shape}]`);
        }
      } catch (error) {
        if (!(error instanceof VprError)) {
          throw new Error(`${spoil.name}, case ${i}`, { cause: error });
        }
        numRefused++;
      }
      const duration = performance.now() - start;
      assert.ok(duration < MAX_MS, `${spoil.name} ${i}: ${duration} ms`);
    }
  });
  return numRefused;
}

function fixture(name: string): Uint8Array {
  return Deno.readFileSync(
    new URL(`../../fixtures/${name}`, import.meta.url),
  );
}

function* listTensors(path: string): Read {
  const { tensors, optimizer } = readTorchCheckpoint(path);
  yield* tensors.values();
  for (const { buffers } of optimizer?.state.values() ?? []) {
    yield* buffers.values();
  }
}

const PTHS = [
  "checkpoint.zip",
  "checkpoint.legacy",
  "kinds.legacy",
  "adam.zip",
];

for (const name of PTHS) {
  Deno.test(`readTorchCheckpoint() reads ${name} whole or refuses it, however it is damaged`, async () => {
    const numRefused = await fuzz(
      fixture(`weights/${name}.pth`),
      1000,
      listTensors,
    );
    assert.ok(numRefused > 100, `${numRefused} refused`);
  });
}

for (const name of ["sgd_new.zip", "checkpoint.legacy"]) {
  Deno.test(`readTorchCheckpoint() refuses ${name} wherever it is cut`, async () => {
    const bytes = fixture(`weights/${name}.pth`);
    await inFolder((folder) => {
      for (let length = 0; length < bytes.length; length++) {
        Deno.writeFileSync(`${folder}/w`, bytes.subarray(0, length));
        assert.throws(() => readTorchCheckpoint(`${folder}/w`), {
          name: "CheckpointError",
        });
      }
    });
  });
}

Deno.test("readSafetensors() reads a file whole or refuses it, however it is damaged", () =>
  inFolder(async (folder) => {
    const path = `${folder}/w`;
    const tensors = new Map([
      ["b.weight", { shape: [2, 2], data: Float32Array.of(1, -2, 0.1, 3) }],
      ["a.bias", { shape: [3], data: Float32Array.of(5, 6, 7) }],
      ["empty", { shape: [0, 4], data: new Float32Array(0) }],
    ]);
    await writeSafetensors(path, { tensors, metadata: { epoch: "3" } });
    const bytes = Deno.readFileSync(path);
    const read = (file: string): Read => readSafetensors(file).tensors.values();
    assert.ok(await fuzz(bytes, 1500, read) > 150);
    for (let length = 0; length < bytes.length; length++) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      assert.throws(() => readSafetensors(path), { name: "CheckpointError" });
    }
  }));

Deno.test("readEncoderWeights() reads a file whole or refuses it, however it is damaged", async () => {
  const read = async (path: string): Promise<Read> => {
    const { tensors, head } = await readEncoderWeights(path);
    return [...tensors.values(), ...head.values()];
  };
  for (const name of ["torchvision.zip", "torchvision.legacy"]) {
    assert.ok(await fuzz(fixture(`weights/${name}.pth`), 350, read) > 35);
  }
});

Deno.test("readKerasSqueezenet() reads a file whole or refuses it, however it is damaged", () =>
  makeKerasFile({}, async (path) => {
    const read = async (file: string): Promise<Read> =>
      (await readKerasSqueezenet(file)).values();
    assert.ok(await fuzz(Deno.readFileSync(path), 200, read) > 50);
  }));

Deno.test("openHdf5() reads a file of the oldest format whole or refuses it, however it is damaged", async () => {
  const read = async (path: string): Promise<Read> => {
    using file = await openHdf5(path);
    return file.listDatasets().map(({ name }) => file.readDataset(name));
  };
  await fuzz(fixture("formats/kinds.h5"), 1000, read);
});
