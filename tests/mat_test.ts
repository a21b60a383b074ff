import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { DatasetError } from "../lib/errors.ts";
import { type MatValue, parseMat } from "../lib/mat.ts";

const FIXTURES = new URL(
  "./golden/k_dataset/mat_variants/",
  import.meta.url,
);

function readFixture(name: string): Uint8Array {
  return Deno.readFileSync(new URL(name, FIXTURES));
}

/** Writes elements by hand, in either byte order. */
function createEncoder(littleEndian: boolean): {
  element(type: number, data: number[]): number[];
  integers(type: number, values: number[]): number[];
  array(arrayClass: number, dims: number[], parts: number[][]): number[];
  file(...variables: number[][]): Uint8Array;
} {
  const order = (bytes: number[]): number[] =>
    littleEndian ? bytes.toReversed() : bytes;
  const int32 = (value: number): number[] =>
    order([24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff));
  const element = (type: number, data: number[]): number[] => {
    const padding = type === 15 ? 0 : (8 - data.length % 8) % 8;
    return [
      ...int32(type),
      ...int32(data.length),
      ...data,
      ...new Array(padding).fill(0),
    ];
  };
  const integers = (type: number, values: number[]): number[] =>
    element(type, values.flatMap(int32));
  return {
    element,
    integers,
    array: (arrayClass, dims, parts) =>
      element(14, [
        ...integers(6, [arrayClass, 0]),
        ...integers(5, dims),
        ...element(1, [0x76]), // named "v"
        ...parts.flat(),
      ]),
    file: (...variables) =>
      Uint8Array.from([
        ...new TextEncoder().encode("MATLAB 5.0 MAT-file".padEnd(124)),
        ...(littleEndian ? [0, 1, 0x49, 0x4d] : [1, 0, 0x4d, 0x49]),
        ...variables.flat(),
      ]),
  };
}

function parseVariable(bytes: Uint8Array): MatValue {
  return parseMat(bytes, "made.mat").get("v")!;
}

for (const littleEndian of [true, false]) {
  const order = littleEndian ? "little" : "big";
  const { element, integers, array, file } = createEncoder(littleEndian);
  const char = (dims: number[], type: number, data: number[]): MatValue =>
    parseVariable(file(array(4, dims, [element(type, data)])));
  const wide = (text: string): number[] =>
    [...text].flatMap((unit) => {
      const code = unit.charCodeAt(0);
      const bytes = [code >> 8, code & 0xff];
      return littleEndian ? bytes.toReversed() : bytes;
    });

  Deno.test(`parseMat() reads ${order}-endian doubles stored as integers, with their sizes`, () => {
    const value = parseVariable(
      file(array(6, [3, 1], [integers(5, [1, -2, 70000])])),
    );
    assert.deepEqual(value, {
      kind: "numeric",
      dims: [3, 1],
      data: Float64Array.of(1, -2, 70000),
      imaginary: null,
      logical: false,
    });
  });

  Deno.test(`parseMat() reads ${order}-endian numbers of every stored type`, () => {
    const types: [number, number, (view: DataView) => void][] = [
      [1, 1, (view) => view.setInt8(0, -5)],
      [2, 1, (view) => view.setUint8(0, 251)],
      [3, 2, (view) => view.setInt16(0, -500, littleEndian)],
      [4, 2, (view) => view.setUint16(0, 65000, littleEndian)],
      [5, 4, (view) => view.setInt32(0, -70000, littleEndian)],
      [6, 4, (view) => view.setUint32(0, 4e9, littleEndian)],
      [7, 4, (view) => view.setFloat32(0, -0.5, littleEndian)],
      [9, 8, (view) => view.setFloat64(0, 584982.72794369, littleEndian)],
      [12, 8, (view) => view.setBigInt64(0, -(2n ** 40n), littleEndian)],
      [13, 8, (view) => view.setBigUint64(0, 2n ** 53n, littleEndian)],
    ];
    const numbers = types.map(([type, size, write]) => {
      const view = new DataView(new ArrayBuffer(size));
      write(view);
      const bytes = [...new Uint8Array(view.buffer)];
      const value = parseVariable(
        file(array(6, [1, 1], [element(type, bytes)])),
      );
      return value.kind === "numeric" ? value.data[0] : undefined;
    });
    assert.deepEqual(numbers, [
      ...[-5, 251, -500, 65000, -70000, 4e9, -0.5, 584982.72794369],
      ...[-(2 ** 40), 2 ** 53],
    ]);
  });

  Deno.test(`parseMat() reads ${order}-endian UTF-8, UTF-16 and Latin-1 text`, () => {
    const utf8 = [...new TextEncoder().encode("Zürich/東")];
    const rowsOf = (value: MatValue): readonly string[] | null =>
      value.kind === "text" ? value.rows : null;
    assert.deepEqual(rowsOf(char([1, 8], 16, utf8)), ["Zürich/東"]);
    assert.deepEqual(rowsOf(char([1, 3], 17, wide("Zü東"))), ["Zü東"]);
    assert.deepEqual(rowsOf(char([1, 3], 4, wide("Zü東"))), ["Zü東"]);
    assert.deepEqual(rowsOf(char([1, 2], 2, [0x5a, 0xfc])), ["Zü"]);
    assert.deepEqual(rowsOf(char([2, 3], 4, wide("adbecf"))), ["abc", "def"]);
    assert.deepEqual(rowsOf(char([0, 0], 4, [])), []);
    assert.deepEqual(rowsOf(char([1, 0], 4, [])), [""]);
  });
}

const { element, integers, array, file } = createEncoder(true);

Deno.test("parseMat() reads nested cells, structs and logicals", () => {
  const yes = array(9 | 0x0200, [1, 1], [element(2, [1])]);
  const inner = array(1, [1, 2], [yes, element(14, [])]);
  const names = [0x61, 0, 0, 0, 0x62, 0, 0, 0]; // "a", "b"
  const struct = array(2, [1, 1], [
    integers(5, [4]),
    element(1, names),
    inner,
    yes,
  ]);
  const value = parseVariable(file(struct));
  assert.equal(value.kind, "struct");
  const [[cell], [flag]] = [
    ...(value.kind === "struct" ? value.fields.values() : []),
  ] as [[MatValue], [MatValue]];
  assert.ok(cell.kind === "cell" && flag.kind === "numeric" && flag.logical);
  assert.deepEqual(flag.data, Float64Array.of(1));
  assert.deepEqual(cell.cells.map((part) => part.dims), [[1, 1], [0, 0]]);
});

Deno.test("parseMat() reads complex numbers and passes over what it does not know", () => {
  const octave = parseMat(
    readFixture("octave-v7_pitts30k_val.mat"),
    "octave.mat",
  );
  assert.deepEqual([...octave.keys()], ["junk", "z", "dbStruct"]);
  const z = octave.get("z")!;
  assert.ok(z.kind === "numeric" && z.imaginary!.length === 1);

  const sparse = array(5, [9, 9], [element(5, []), element(5, [])]);
  assert.deepEqual(parseVariable(file(sparse)), {
    kind: "unread",
    dims: [9, 9],
  });
});

Deno.test("parseMat() ends every truncated or altered file in a DatasetError, if at all in an error", () => {
  for (
    const name of [
      "scipy_plain_pitts30k_val.mat",
      "octave-v6_pitts30k_val.mat",
      "matlab_like_v7_pitts30k_val.mat",
    ]
  ) {
    const whole = readFixture(name);
    const cut = fc.nat(whole.length - 1);
    const edits = fc.array(
      fc.tuple(fc.nat(whole.length - 1), fc.nat(255)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(cut, fc.boolean(), edits, (length, isCut, changes) => {
        const bytes = whole.slice(0, isCut ? length : whole.length);
        for (const [at, byte] of changes) {
          if (at < bytes.length) bytes[at] = byte;
        }
        try {
          parseMat(bytes, name);
        } catch (error) {
          assert.ok(error instanceof DatasetError, String(error));
          assert.ok(error.where.startsWith(name));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
    assert.throws(() => parseMat(whole.subarray(0, -1), name), {
      name: "DatasetError",
      fix: /again/,
    });
  }
});

Deno.test("parseMat() refuses what would take too much memory", () => {
  const whole = new Uint8Array(2 ** 29 + 8);
  new DataView(whole.buffer).setUint32(0, 14, true);
  new DataView(whole.buffer).setUint32(4, 2 ** 29, true);
  const zeros = deflateSync(whole, { level: 1 });
  const bomb = file(element(15, [1, 2, 3]));
  const bytes = new Uint8Array(bomb.length - 3 + zeros.length);
  bytes.set(bomb.subarray(0, -3));
  new DataView(bytes.buffer).setUint32(132, zeros.length, true);
  bytes.set(zeros, 136);
  assert.throws(() => parseMat(bytes, "bomb.mat"), {
    name: "DatasetError",
    where: "bomb.mat",
    fix: /only the variables/,
  });

  const huge = array(1, [2 ** 30, 2 ** 30], []);
  assert.throws(() => parseMat(file(huge), "huge.mat"), {
    name: "DatasetError",
    where: /^huge\.mat \(an array of \[1073741824, 1073741824\] is cut/,
  });

  let deep = array(6, [0, 0], [element(9, [])]);
  for (let i = 0; i < 60; i++) deep = array(1, [1, 1], [deep]);
  assert.throws(() => parseMat(file(deep), "deep.mat"), {
    name: "DatasetError",
    where: /nested too deeply/,
  });
});

Deno.test("parseMat() leaves float32 where they are, and takes no memory for them", () => {
  const singles = array(7, [2, 1], [element(7, [0, 0, 128, 63, 0, 0, 0, 64])]);
  const bytes = file(singles);
  const value = parseMat(bytes, "made.mat", { maxBytes: 1000 }).get("v")!;
  assert.ok(value.kind === "numeric");
  assert.deepEqual(value.data, Float32Array.of(1, 2));
  assert.equal(value.data.buffer, bytes.buffer);
});

Deno.test("parseMat() takes no more than it may", () => {
  const doubles = file(
    array(6, [100, 1], [element(2, new Array(100).fill(1))]),
  );
  assert.equal(parseMat(doubles, "made.mat", { maxBytes: 2000 }).size, 1);
  assert.throws(() => parseMat(doubles, "made.mat", { maxBytes: 900 }), {
    name: "DatasetError",
    message: /needs more than 0 MiB/,
    where: "made.mat",
  });
});

Deno.test("parseMat() tells other versions and other files from MATLAB v5", () => {
  const v73 = new TextEncoder().encode("MATLAB 7.3 MAT-file".padEnd(128));
  v73.set([0, 2, 0x49, 0x4d], 124);
  for (
    const [bytes, what] of [
      [v73, /v7\.3/],
      [new Uint8Array(0), /not MATLAB v5/],
      [new TextEncoder().encode("version https://git-lfs"), /not MATLAB v5/],
      [readFixture("scipy_plain_pitts30k_val.mat").slice(0, 50), /damaged/],
    ] as const
  ) {
    assert.throws(() => parseMat(bytes, "other.mat"), {
      name: "DatasetError",
      message: what,
      where: "other.mat",
      fix: /save -v7/,
    });
  }
});
