/**
 * Writes one struct as a MATLAB v5 file, uncompressed.
 *
 * @module
 */
import { MI } from "./mat_elements.ts";

/** What a field can be: text, a column of texts, a number, or a matrix in column-major order. */
export type MatField =
  | string
  | readonly string[]
  | number
  | { dims: readonly [number, number]; data: Float64Array };

const MX = { cell: 1, struct: 2, char: 4, double: 6 } as const;

/** Names of fields have at most 31 characters and a final zero. */
const NAME_BYTES = 32;

/**
 * Encodes a file that holds one 1 × 1 struct. The same values give the same bytes.
 *
 * @param name Name of the variable.
 * @param fields Fields in their order; names are ASCII of at most 31 characters.
 *
 * Source: MathWorks, MAT-File Format, level 5.
 */
export function encodeMatStruct(
  name: string,
  fields: Readonly<Record<string, MatField>>,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(fields)
    .map((field) => field.padEnd(NAME_BYTES, "\0")).join("");
  return join([
    encodeHeader(),
    encodeArray({ arrayClass: MX.struct, dims: [1, 1], name }, [
      encodeElement(MI.int32, toBytes(Int32Array.of(NAME_BYTES))),
      encodeElement(MI.int8, encodeUtf8(names)),
      ...Object.values(fields).map(encodeField),
    ]),
  ]);
}

function encodeHeader(): Uint8Array {
  const text = "MATLAB 5.0 MAT-file, written by Whereabouts".padEnd(116);
  const version = Uint8Array.of(0, 1, 0x49, 0x4d); // 1.0, little-endian
  return join([encodeUtf8(text), new Uint8Array(8), version]);
}

function encodeField(field: MatField): Uint8Array {
  if (typeof field === "string") return encodeText(field);
  if (typeof field === "number") {
    return encodeNumbers([1, 1], Float64Array.of(field));
  }
  if ("data" in field) return encodeNumbers(field.dims, field.data);
  const head = { arrayClass: MX.cell, dims: [field.length, 1] as const };
  return encodeArray(head, field.map(encodeText));
}

function encodeText(text: string): Uint8Array {
  const head = { arrayClass: MX.char, dims: [1, [...text].length] as const };
  return encodeArray(head, [encodeElement(MI.utf8, encodeUtf8(text))]);
}

function encodeNumbers(
  dims: readonly [number, number],
  numbers: Float64Array,
): Uint8Array {
  const head = { arrayClass: MX.double, dims };
  return encodeArray(head, [encodeElement(MI.double, toBytes(numbers))]);
}

interface ArrayHead {
  arrayClass: number;
  dims: readonly [number, number];
  name?: string;
}

function encodeArray(
  { arrayClass, dims, name = "" }: ArrayHead,
  parts: readonly Uint8Array[],
): Uint8Array {
  const content = join([
    encodeElement(MI.uint32, toBytes(Uint32Array.of(arrayClass, 0))),
    encodeElement(MI.int32, toBytes(Int32Array.from(dims))),
    encodeElement(MI.int8, encodeUtf8(name)),
    ...parts,
  ]);
  return encodeElement(MI.matrix, content);
}

/** A tag and its data; up to four bytes of data go into the tag itself. */
function encodeElement(type: number, data: Uint8Array): Uint8Array {
  const isSmall = data.length > 0 && data.length <= 4;
  const padded = isSmall ? 8 : 8 + Math.ceil(data.length / 8) * 8;
  const bytes = new Uint8Array(padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, isSmall ? (data.length << 16) | type : type, true);
  if (!isSmall) view.setUint32(4, data.length, true);
  bytes.set(data, isSmall ? 4 : 8);
  return bytes;
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes of numbers, little-endian, as on every machine that Deno runs on. */
function toBytes(
  numbers: Int32Array | Uint32Array | Float64Array,
): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
