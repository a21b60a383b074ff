/**
 * MATLAB v5 files with structs, cells and numbers of both precisions.
 *
 * @module
 */

/** Numbers in column-major order. */
export interface MatArray {
  dims: number[];
  data: Float32Array | Float64Array;
}

/** An object of a MATLAB class, of which only that it is one can be read. */
export const MAT_OBJECT = Symbol("a MATLAB object");

/** What a variable can be; a list is a cell array of one row. */
export type MatInput =
  | string
  | number
  | MatArray
  | typeof MAT_OBJECT
  | MatInput[]
  | { [field: string]: MatInput };

const MI = { int8: 1, int32: 5, uint32: 6, single: 7, double: 9, matrix: 14 };
const MX = { cell: 1, struct: 2, char: 4, double: 6, single: 7, opaque: 17 };
const NAME_BYTES = 32;

/** Encodes variables by name. */
export function makeMat(variables: Record<string, MatInput>): Uint8Array {
  const header = new Uint8Array(128);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file".padEnd(124)));
  header.set([0, 1, 0x49, 0x4d], 124);
  const encoded = Object.entries(variables)
    .map(([name, value]) => encodeValue(value, name));
  return joined([header, ...encoded]);
}

function encodeValue(value: MatInput, name = ""): Uint8Array {
  if (value === MAT_OBJECT) {
    const words = Uint32Array.of(MX.opaque, 0);
    return element(
      MI.matrix,
      joined([
        element(MI.uint32, words),
        element(MI.int8, ascii(name)),
        element(MI.int8, ascii("MCOS")),
      ]),
    );
  }
  if (typeof value === "string") {
    return array(MX.char, [1, value.length], name, [
      element(MI.int8, ascii(value)),
    ]);
  }
  if (typeof value === "number") {
    return encodeValue({ dims: [1, 1], data: Float64Array.of(value) }, name);
  }
  if (Array.isArray(value)) {
    const cells = value.map((cell) => encodeValue(cell));
    return array(MX.cell, [1, value.length], name, cells);
  }
  if (isArray(value)) {
    const isSingle = value.data instanceof Float32Array;
    return array(isSingle ? MX.single : MX.double, value.dims, name, [
      element(isSingle ? MI.single : MI.double, value.data),
    ]);
  }
  const names = Object.keys(value).map((key) => key.padEnd(NAME_BYTES, "\0"));
  return array(MX.struct, [1, 1], name, [
    element(MI.int32, Int32Array.of(NAME_BYTES)),
    element(MI.int8, ascii(names.join(""))),
    ...Object.values(value).map((field) => encodeValue(field)),
  ]);
}

function isArray(value: object): value is MatArray {
  return "data" in value && ArrayBuffer.isView(value.data);
}

function array(
  arrayClass: number,
  dims: number[],
  name: string,
  parts: Uint8Array[],
): Uint8Array {
  return element(
    MI.matrix,
    joined([
      element(MI.uint32, Uint32Array.of(arrayClass, 0)),
      element(MI.int32, Int32Array.from(dims)),
      element(MI.int8, ascii(name)),
      ...parts,
    ]),
  );
}

function element(
  type: number,
  data: Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array,
): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const padding = new Uint8Array((8 - bytes.length % 8) % 8);
  const tag = new Uint8Array(Uint32Array.of(type, bytes.length).buffer);
  return joined([tag, bytes, padding]);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
