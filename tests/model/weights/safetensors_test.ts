import assert from "node:assert/strict";
import {
  readSafetensors,
  writeSafetensors,
} from "../../../lib/model/weights/safetensors.ts";
import type { NamedTensors } from "../../../lib/model/weights/tensors.ts";
import { inFolder } from "../../in_folder.ts";

const tensors: NamedTensors = new Map([
  ["b.weight", { shape: [2, 2], data: Float32Array.of(1, -2, 0.1, NaN) }],
  ["a.bias", { shape: [3], data: Float32Array.of(5, 6, 7) }],
  ["scalar", { shape: [], data: Float32Array.of(1e-40) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
]);
const metadata = { epoch: "3", "Ünïcode": '→ "quoted"' };

Deno.test("writeSafetensors() keeps tensors and metadata to the bit", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/new/deep/w.safetensors`;
    await writeSafetensors(path, { tensors, metadata });
    const read = readSafetensors(path);
    assert.deepEqual(read.metadata, metadata);
    assert.deepEqual(
      [...read.tensors].sort(),
      [...tensors].sort(),
    );
    const names = [...Deno.readDirSync(`${folder}/new/deep`)].map((e) =>
      e.name
    );
    assert.deepEqual(names, ["w.safetensors"]);
  });
});

Deno.test("writeSafetensors() gives the same bytes whatever the order", async () => {
  await inFolder(async (folder) => {
    const reversed = new Map([...tensors].reverse());
    const reversedMetadata = Object.fromEntries(
      Object.entries(metadata).reverse(),
    );
    await writeSafetensors(`${folder}/1`, { tensors, metadata });
    await writeSafetensors(`${folder}/2`, {
      tensors: reversed,
      metadata: reversedMetadata,
    });
    const bytes = Deno.readFileSync(`${folder}/1`);
    assert.deepEqual(Deno.readFileSync(`${folder}/2`), bytes);
    const headerBytes = new DataView(bytes.buffer).getUint32(0, true);
    assert.equal(headerBytes % 8, 0);
    assert.equal(bytes.length, 8 + headerBytes + 4 * 8);
  });
});

Deno.test("writeSafetensors() refuses a tensor that does not fill its shape", async () => {
  await inFolder(async (folder) => {
    const wrong = new Map([["w", { shape: [3], data: new Float32Array(2) }]]);
    await assert.rejects(
      writeSafetensors(`${folder}/w`, { tensors: wrong, metadata: {} }),
      { name: "ShapeError", where: "tensor w" },
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("readSafetensors() reads every number type as float32", async () => {
  const cases: [string, number[]][] = [
    ["F64", [...new Uint8Array(Float64Array.of(-1.5).buffer)]],
    ["F16", [0x00, 0xbe]],
    ["BF16", [0xc0, 0xbf]],
    ["I64", [0xfe, ...Array(7).fill(0xff)]],
    ["I32", [0xfe, 0xff, 0xff, 0xff]],
    ["I8", [0xfe]],
    ["U8", [0xfe]],
    ["BOOL", [1]],
  ];
  const expected = [-1.5, -1.5, -1.5, -2, -2, -2, 254, 1];
  await inFolder((folder) => {
    const numbers = cases.map(([dtype, bytes]) => {
      const place = [0, bytes.length];
      const header = { w: { dtype, shape: [1], "data_offsets": place } };
      Deno.writeFileSync(`${folder}/w`, encode(header, bytes));
      return readSafetensors(`${folder}/w`).tensors.get("w")!.data[0];
    });
    assert.deepEqual(numbers, expected);
  });
});

const w = { dtype: "F32", shape: [1], "data_offsets": [0, 4] };
const BAD: [string, Uint8Array, RegExp][] = [
  [
    "a header beyond the limit",
    Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0),
    /header would take/,
  ],
  [
    "a header beyond the file",
    Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123),
    /ends early/,
  ],
  ["a file of four bytes", Uint8Array.of(1, 2, 3, 4), /ends early/],
  ["a header that is not JSON", encode("{oops", []), /not a JSON object/],
  ["a header that is a list", encode([], []), /not a JSON object/],
  [
    "an unknown type",
    encode({ w: { ...w, dtype: "F8_E4M3" } }, [0, 0, 0, 0]),
    /F8_E4M3/,
  ],
  [
    "a type from the prototype",
    encode({ w: { ...w, dtype: "constructor" } }, [0, 0, 0, 0]),
    /unknown type/,
  ],
  [
    "a type that turns into no text",
    encode(
      `{"w":{"dtype":{"toString":1,"valueOf":1},"shape":[],"data_offsets":[0,4]}}`,
      [0, 0, 0, 0],
    ),
    /unknown type/,
  ],
  [
    "a type of lists in lists",
    encode(`{"w":{"dtype":${"[".repeat(1e4)}${"]".repeat(1e4)}}}`, []),
    /unknown type/,
  ],
  [
    "a header of lists in lists",
    encode(`{"w":${"[".repeat(1e4)}${"]".repeat(1e4)}}`, []),
    /unknown type/,
  ],
  [
    "sizes whose product overflows",
    encode({ w: { ...w, shape: Array(40).fill(2 ** 52) } }, [0, 0, 0, 0]),
    /another size/,
  ],
  [
    "sizes whose product is no number",
    encode({ w: { ...w, shape: [...Array(40).fill(2 ** 52), 0] } }, []),
    /another size/,
  ],
  [
    "a negative size",
    encode({ w: { ...w, shape: [-1] } }, [0, 0, 0, 0]),
    /no shape/,
  ],
  [
    "a place of another size",
    encode({ w: { ...w, shape: [2] } }, [0, 0, 0, 0]),
    /another size/,
  ],
  [
    "overlapping places",
    encode({ w, v: w }, [0, 0, 0, 0]),
    /does not begin where/,
  ],
  [
    "a hole",
    encode({ w: { ...w, "data_offsets": [4, 8] } }, Array(8).fill(0)),
    /does not begin where/,
  ],
  [
    "numbers that are cut short",
    encode({ w }, [0, 0]),
    /take 4 bytes, and it holds 2/,
  ],
  [
    "numbers left over",
    encode({ w }, Array(8).fill(0)),
    /take 4 bytes, and it holds 8/,
  ],
  [
    "metadata that is not text",
    encode({ "__metadata__": { epoch: 3 } }, []),
    /not text by name/,
  ],
];

for (const [what, bytes, reason] of BAD) {
  Deno.test(`readSafetensors() refuses ${what}`, async () => {
    await inFolder((folder) => {
      Deno.writeFileSync(`${folder}/w`, bytes);
      assert.throws(() => readSafetensors(`${folder}/w`), {
        name: "CheckpointError",
        where: reason,
        fix: /download the file again/,
      });
    });
  });
}

/** A file with this header, as JSON unless it is text, and these bytes of numbers. */
function encode(header: unknown, numbers: number[]): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.of(...length, ...text, ...numbers);
}
