/**
 * Weights in the safetensors format: a JSON header, then the numbers.
 *
 * Source: huggingface/safetensors, "Format" in its README.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import { writePartsWhole } from "../../files.ts";
import {
  bytesOf,
  countElements,
  decodeNumbers,
  numberBytes,
  type NumberType,
  toFloat32,
} from "../../number_types.ts";
import { checkFilled, type NamedTensors } from "./tensors.ts";
import { isRecord } from "../../record.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  tensors: NamedTensors;
  /** Text by name: whatever else a checkpoint has to remember. */
  metadata: Record<string, string>;
}

const TYPES: Readonly<Record<string, NumberType>> = {
  F64: "f8",
  F32: "f4",
  F16: "f2",
  BF16: "bf2",
  I64: "i8",
  I32: "i4",
  I16: "i2",
  I8: "i1",
  U64: "u8",
  U32: "u4",
  U16: "u2",
  U8: "u1",
  BOOL: "b1",
};

/** The format's own limit on its header. */
const MAX_HEADER_BYTES = 100_000_000;

interface Entry {
  name: string;
  type: NumberType;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * Reads a safetensors file. Numbers of any type become float32.
 *
 * @throws {CheckpointError} If it is not there, is cut short or is malformed.
 */
export function readSafetensors(path: string): Safetensors {
  using file = openFileBytes(path, {
    what: "Cannot read a safetensors file",
    fix: "copy or download the file again, or give a .safetensors file",
  });
  const headerBytes = readHeaderLength(file);
  const header = parseHeader(file, file.read(8, headerBytes));
  const metadata = parseMetadata(file, header["__metadata__"] ?? {});
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(file, name, entry));
  const start = 8 + headerBytes;
  checkCovered(file, entries, file.size - start);
  const tensors: NamedTensors = new Map();
  for (const { name, type, shape, begin, end } of entries) {
    const bytes = file.read(start + begin, end - begin);
    tensors.set(name, { shape, data: toFloat32(decodeNumbers(bytes, type)) });
  }
  return { tensors, metadata };
}

/**
 * Writes tensors as float32, sorted by name: the same content gives the same bytes.
 *
 * @param metadata Text by name, kept beside the tensors.
 * @throws {ShapeError} If a tensor does not fill its shape.
 * @throws {CheckpointError} If the file cannot be written; what was there stays.
 */
export async function writeSafetensors(
  path: string,
  { tensors, metadata }: Safetensors,
): Promise<void> {
  const sorted = [...tensors].sort(([a], [b]) => a < b ? -1 : 1);
  const entries: [string, unknown][] = [
    ["__metadata__", Object.fromEntries(Object.entries(metadata).sort())],
  ];
  let begin = 0;
  checkFilled(tensors);
  for (const [name, { shape, data }] of sorted) {
    const end = begin + data.byteLength;
    entries.push([name, { dtype: "F32", shape, "data_offsets": [begin, end] }]);
    begin = end;
  }
  await writePartsWhole(path, [
    encodeHeader(Object.fromEntries(entries)),
    ...sorted.map(([, { data }]) => bytesOf(data)),
  ]);
}

function readHeaderLength(file: FileBytes): number {
  const length = Number(
    new DataView(file.read(0, 8).buffer).getBigUint64(0, true),
  );
  if (length > MAX_HEADER_BYTES) {
    throw file.fail(`its header would take ${length} bytes`);
  }
  return length;
}

function parseHeader(
  file: FileBytes,
  bytes: Uint8Array,
): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return header;
  } catch {
    // Reported below, like JSON of another kind.
  }
  throw file.fail("its header is not a JSON object");
}

function parseMetadata(
  file: FileBytes,
  metadata: unknown,
): Record<string, string> {
  const isText = isRecord(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (!isText) throw file.fail("its __metadata__ is not text by name");
  return metadata as Record<string, string>;
}

function parseEntry(file: FileBytes, name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const type = typeof dtype === "string" && Object.hasOwn(TYPES, dtype)
    ? TYPES[dtype]
    : undefined;
  if (type === undefined) {
    const found = typeof dtype === "string" ? dtype : "of no text";
    throw file.fail(`tensor ${name} has the unknown type ${found}`);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw file.fail(`tensor ${name} has no shape or no place`);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== countElements(shape) * numberBytes(type)) {
    throw file.fail(`tensor ${name} has a place of another size than its own`);
  }
  return { name, type, shape, begin, end };
}

/** The places follow each other without holes or overlaps, to the end of the file. */
function checkCovered(
  file: FileBytes,
  entries: readonly Entry[],
  dataBytes: number,
): void {
  let at = 0;
  for (
    const entry of entries.toSorted((a, b) =>
      a.begin - b.begin || a.end - b.end
    )
  ) {
    if (entry.begin !== at) {
      throw file.fail(
        `tensor ${entry.name} does not begin where the last ends`,
      );
    }
    at = entry.end;
  }
  if (at !== dataBytes) {
    throw file.fail(`its tensors take ${at} bytes, and it holds ${dataBytes}`);
  }
}

/** Length, then JSON padded with spaces so that the numbers begin at a multiple of 8. */
function encodeHeader(
  header: Record<string, unknown>,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
