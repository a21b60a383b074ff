import assert from "node:assert/strict";
import { readTorchCheckpoint } from "../../../lib/model/weights/torch_checkpoint.ts";
import { inFolder } from "../../in_folder.ts";
import { type FalseEnd, type FalseEntry, op, pickle, zip } from "./make_pth.ts";

const NUMBERS = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const VECTOR = { shape: [4], strides: [1] };
const opcodes = op.dict(
  ...[op.text("v"), op.tensor(op.storage("0", 4), VECTOR)],
  ...[op.text("w"), op.tensor(op.storage("1", 4), VECTOR)],
);
const DATA: FalseEntry = { name: "w/data.pkl", content: pickle(opcodes) };
const ZERO: FalseEntry = { name: "w/data/0", content: NUMBERS };
const ONE: FalseEntry = { name: "w/data/1", content: NUMBERS };
const ENTRIES = [DATA, ZERO, ONE];

/** More than any file has. */
const HUGE = 2 ** 62;

Deno.test("readTorchCheckpoint() reads an archive that says nothing wrong", () =>
  read(zip(ENTRIES), (path) => {
    const tensors = readTorchCheckpoint(path).tensors;
    assert.deepEqual([...tensors.get("w")!.data], [1, 2, 3, 4]);
    assert.equal(tensors.size, 2);
  }));

Deno.test("readTorchCheckpoint() reads an archive with sizes in 64 bits", () =>
  read(
    zip([DATA, { ...ZERO, wide: [16, 16] }, ONE], wideEnd(ENTRIES.length)),
    (path) => assert.equal(readTorchCheckpoint(path).tensors.size, 2),
  ));

/** The true end of an archive whose second entry has an extra field. */
function wideEnd(count: number): FalseEnd {
  const plain = zip([DATA, { ...ZERO, wide: [16, 16] }, ONE]);
  const end = new DataView(plain.buffer, plain.length - 22);
  assert.equal(end.getUint16(10, true), count);
  const numBytes = end.getUint32(12, true);
  const at = end.getUint32(16, true);
  return { numBytes: 0xffffffff, at: 0xffffffff, wide: { numBytes, at } };
}

const HOSTILE: [
  what: string,
  entries: FalseEntry[],
  reason: RegExp,
  end?: FalseEnd,
][] = [
  ["an archive without a pickle", [ZERO, ONE], /without data\.pkl/],
  ["an archive without a storage", [DATA, ZERO], /storage 1 is missing/],
  ["an archive of nothing", [], /unknown opcode 0x50/],
  [
    "a deflated pickle",
    [{ ...DATA, method: 8, numBytes: 2 ** 31 }, ZERO, ONE],
    /its content is compressed/,
  ],
  [
    "a deflated storage that would fill the memory",
    [DATA, { ...ZERO, method: 8, numBytes: 2 ** 31, numPacked: 16 }, ONE],
    /its content is compressed/,
  ],
  [
    "a storage of another size packed than not",
    [DATA, { ...ZERO, numPacked: 8 }, ONE],
    /its content is compressed/,
  ],
  [
    "a storage larger than the file",
    [DATA, { ...ZERO, numBytes: 2 ** 32 - 2 }, ONE],
    /its content is cut short/,
  ],
  [
    "a storage of terabytes, in 64 bits",
    [DATA, { ...ZERO, wide: [HUGE, HUGE] }, ONE],
    /its content is cut short/,
  ],
  [
    "a pickle larger than the file",
    [{ ...DATA, wide: [HUGE, HUGE] }, ZERO, ONE],
    /its content is cut short/,
  ],
  [
    "a storage too small for its tensor",
    [DATA, { ...ZERO, content: NUMBERS.slice(0, 8) }, ONE],
    /storage 0 is missing or too short/,
  ],
  [
    "two storages in one place",
    [DATA, ZERO, { ...ONE, placeOf: 1 }],
    /storages 0 and 1 overlap/,
  ],
  ["a name twice", [DATA, ZERO, ZERO], /repeats a name/],
  [
    "another byte order",
    [...ENTRIES, {
      name: "w/byteorder",
      content: new TextEncoder().encode("big"),
    }],
    /its byte order is big/,
  ],
  [
    "a directory larger than the file",
    ENTRIES,
    /it ends early/,
    { numBytes: 100_000 },
  ],
  [
    "a directory of gigabytes",
    ENTRIES,
    /its zip directory would take 4294967295 bytes/,
    { numBytes: 0xffffffff },
  ],
  ["a directory behind the file", ENTRIES, /it ends early/, { at: 2 ** 31 }],
  ["a directory in the wrong place", ENTRIES, /is malformed/, { at: 1 }],
  [
    "a directory cut in an entry",
    ENTRIES,
    /is malformed/,
    { numBytes: 60 },
  ],
  [
    "a directory of exabytes, in 64 bits",
    ENTRIES,
    /its zip directory would take/,
    { wide: { numBytes: HUGE, at: 0 } },
  ],
  [
    "a directory behind the file, in 64 bits",
    ENTRIES,
    /it ends early/,
    { wide: { numBytes: 100, at: HUGE } },
  ],
];

for (const [what, entries, reason, end] of HOSTILE) {
  Deno.test(`readTorchCheckpoint() refuses ${what}`, () =>
    read(zip(entries, end), (path) => {
      assert.throws(() => readTorchCheckpoint(path).tensors, {
        name: "CheckpointError",
        where: reason,
      });
    }));
}

function read(
  bytes: Uint8Array,
  act: (path: string) => void,
): Promise<void> {
  return inFolder((folder) => {
    Deno.writeFileSync(`${folder}/w.pth`, bytes);
    act(`${folder}/w.pth`);
  });
}
