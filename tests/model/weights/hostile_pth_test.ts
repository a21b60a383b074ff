import assert from "node:assert/strict";
import { readTorchCheckpoint } from "../../../lib/model/weights/torch_checkpoint.ts";
import { inFolder } from "../../in_folder.ts";
import { legacyPth, op, type Storages, zipPth } from "./make_pth.ts";

const FOUR: Storages = { 0: new Uint8Array(16) };
const VECTOR = { shape: [4], strides: [1] };
const tensor = op.tensor(op.storage("0", 4), VECTOR);
const orderedDict = op.global("collections", "OrderedDict");

/** A state dict with one tensor. */
const stateDict = (opcodes: string): string => op.dict(op.text("w"), opcodes);

/** A list of the last list twice, then one of that twice, and so on. */
const DOUBLINGS = Array.from(
  { length: 30 },
  (_, i) => `](${op.get(i)}${op.get(i)}e${op.put(i + 1)}`,
);

const HOSTILE: [what: string, opcodes: string, reason: RegExp][] = [
  [
    "a name of the system",
    op.global("os", "system"),
    /it refers to os\.system, which is refused/,
  ],
  [
    "a name of builtins",
    op.global("builtins", "eval"),
    /builtins\.eval, which is refused/,
  ],
  [
    "a name of torch beyond tensors",
    op.global("torch.hub", "load"),
    /torch\.hub\.load, which/,
  ],
  [
    "a name that begins like one that is known",
    op.global("torch", "FloatStorage.x"),
    /torch\.FloatStorage\.x, which/,
  ],
  [
    "a name of the prototype",
    op.global("__proto__", "constructor"),
    /__proto__\.constructor, which/,
  ],
  ["an instance", `(${op.text("x")}ios\nsystem\n`, /unknown opcode 0x69/],
  ["an object", `(${orderedDict}o`, /unknown opcode 0x6f/],
  ["a registered extension", "\x82\x01", /unknown opcode 0x82/],
  ["a set", "\x8f", /unknown opcode 0x8f/],
  [
    "a call of a storage type",
    op.global("torch", "FloatStorage") + ")R",
    /calls what cannot be called/,
  ],
  ["a call of a dict", "})R", /calls what cannot be called/],
  ["a call without a tuple", `${orderedDict}NR`, /calls what cannot be called/],
  ["a state of a tensor", `${tensor}}b`, /sets the state of what has none/],
  ["a state of a list", "]}b", /sets the state of what has none/],
  ["a text beyond the file", "X\xff\xff\xff\x7f", /cut short/],
  ["a text of another kind beyond the file", "T\xff\xff\xff\x7f", /cut short/],
  ["an integer beyond the file", "\x8a\xff\x01", /cut short/],
  [
    "an integer of four bytes of length",
    "\x8b\xff\xff\xff\x7f",
    /unknown opcode 0x8b/,
  ],
  ["a line without an end", `I${"1".repeat(5000)}`, /no end of a line/],
  ["a number in letters", "Fabc\n", /a number that is none/],
  ["an integer of a thousand digits", `L${"9".repeat(900)}L\n`, /too large/],
  ["a memo that is not there", "h\x05", /no memo 5/],
  ["an item of a list", "]NNs", /an item of what is not a dict/],
  ["an appended item of a dict", "}Na", /appends to what is not a list/],
  ["a key that is a list", "}]Ns", /a key that is not text or a number/],
  ["a key without a value", "}(Nu", /a key without a value/],
  ["a storage that is no tuple", "NQ", /a storage is not described/],
  [
    "a storage of negative length",
    stateDict(op.tensor(op.storage("0", -4), VECTOR)),
    /a storage is not described/,
  ],
  [
    "a storage of another type elsewhere",
    op.storage("0", 4) + op.storage("0", 4, "IntStorage"),
    /described in two ways/,
  ],
  [
    "a storage that is not there",
    stateDict(op.tensor(op.storage("1", 4), VECTOR)),
    /storage 1 is missing/,
  ],
  [
    "a storage larger than the file",
    stateDict(op.tensor(op.storage("0", 2 ** 40), VECTOR)),
    /storage 0 is/,
  ],
  [
    "a tensor larger than its storage",
    stateDict(op.tensor(op.storage("0", 4), { shape: [5], strides: [1] })),
    /\[5\] reaches beyond storage 0/,
  ],
  [
    "a tensor that begins behind its storage",
    stateDict(op.tensor(op.storage("0", 4), { offset: 1, ...VECTOR })),
    /reaches beyond/,
  ],
  [
    "a stride beyond the storage",
    stateDict(op.tensor(op.storage("0", 4), { shape: [2], strides: [4] })),
    /reaches beyond/,
  ],
  [
    "a negative stride",
    stateDict(
      op.tensor(op.storage("0", 4), { offset: 3, shape: [2], strides: [-1] }),
    ),
    /reaches beyond/,
  ],
  [
    "a negative size",
    stateDict(op.tensor(op.storage("0", 4), { shape: [-1], strides: [1] })),
    /reaches beyond/,
  ],
  [
    "a product of sizes that overflows",
    stateDict(
      op.tensor(op.storage("0", 4), {
        shape: Array(8).fill(2 ** 33),
        strides: Array(8).fill(0),
      }),
    ),
    /reaches beyond/,
  ],
  [
    "a number repeated into terabytes",
    stateDict(
      op.tensor(op.storage("0", 4), { shape: [2 ** 40], strides: [0] }),
    ),
    /its tensors take more than it holds/,
  ],
  [
    "more strides than sizes",
    stateDict(op.tensor(op.storage("0", 4), { shape: [4], strides: [1, 1] })),
    /1 sizes and 2 strides/,
  ],
  ["a list that holds itself", `]${op.put(0)}${op.get(0)}a`, /no state dict/],
  [
    "a dict that holds itself",
    `}${op.put(0)}${op.text("state_dict")}${op.get(0)}s`,
    /no state dict/,
  ],
  [
    "lists that double, thirty times",
    `]${op.put(0)}${DOUBLINGS.join("")}`,
    /no state dict/,
  ],
];

for (
  const [container, make] of [["zip", zipPth], ["legacy", legacyPth]] as const
) {
  for (const [what, opcodes, reason] of HOSTILE) {
    Deno.test(`readTorchCheckpoint() refuses ${what} (${container})`, () =>
      refuse(
        make(opcodes, opcodes.includes("storage") ? FOUR : {}),
        reason,
      ));
  }

  Deno.test(`readTorchCheckpoint() takes keys of the prototype for names (${container})`, () =>
    inFolder((folder) => {
      const keys = ["__proto__", "constructor", "toString", "hasOwnProperty"];
      const opcodes = op.dict(...keys.map((key) => op.text(key) + tensor));
      Deno.writeFileSync(`${folder}/w.pth`, make(opcodes, FOUR));
      const tensors = readTorchCheckpoint(`${folder}/w.pth`).tensors;
      assert.deepEqual([...tensors.keys()], keys);
      assert.equal(({} as Record<string, unknown>)["shape"], undefined);
    }));
}

/** Checks that a file is refused. */
function refuse(bytes: Uint8Array, reason: RegExp): Promise<void> {
  return inFolder((folder) => {
    const path = `${folder}/w.pth`;
    Deno.writeFileSync(path, bytes);
    assert.throws(() => readTorchCheckpoint(path).tensors, {
      name: "CheckpointError",
      where: reason,
    });
  });
}
