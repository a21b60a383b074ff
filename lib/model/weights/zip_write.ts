/**
 * A zip archive of stored entries, made part after part.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { CheckpointError } from "../../errors.ts";

/** A file in the archive. */
export interface ZipContent {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** An entry that was written. */
interface Placed {
  name: Uint8Array;
  checksum: number;
  numBytes: number;
  at: number;
}

/** Content begins at a multiple of this, as PyTorch has it: it can be mapped into memory. */
const ALIGNMENT = 64;

/** Sizes and places are written in 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;
const MAX_ENTRIES = 2 ** 16 - 1;

const LOCAL_BYTES = 30;
/** Of an extra field before its content. */
const EXTRA_BYTES = 4;
/** PyTorch's name for an extra field of padding: "FB". */
const PADDING = 0x4246;
/** PKZIP 2.0; names are UTF-8; midnight of 1 January 1980. */
const VERSION = 20;
const UTF8 = 0x0800;
const DATE = 0x0021;

/**
 * Makes the parts of an archive one after another.
 *
 * @param path The file that they are for, for the error.
 * @throws {CheckpointError} If it would become larger than 4 GB.
 */
export function* makeZip(
  path: string,
  contents: Iterable<ZipContent>,
): Generator<Uint8Array<ArrayBuffer>> {
  const entries: Placed[] = [];
  let at = 0;
  for (const { name, bytes } of contents) {
    const entry: Placed = {
      name: new TextEncoder().encode(name),
      checksum: crc32(bytes),
      numBytes: bytes.length,
      at,
    };
    const header = makeLocalHeader(entry);
    at += header.length + bytes.length;
    checkSize(path, at, entries.push(entry));
    yield header;
    yield bytes;
  }
  const directory = entries.map(makeEntry);
  const numBytes = directory.reduce((sum, { length }) => sum + length, 0);
  checkSize(path, at + numBytes, entries.length);
  yield* directory;
  yield makeEnd(entries.length, numBytes, at);
}

function checkSize(path: string, numBytes: number, numEntries: number): void {
  if (numBytes <= MAX_BYTES && numEntries <= MAX_ENTRIES) return;
  throw new CheckpointError("Cannot write a zip archive of more than 4 GB", {
    where: path,
    fix: "write safetensors, which has no such limit",
  });
}

function makeLocalHeader(
  { name, checksum, numBytes, at }: Placed,
): Uint8Array<ArrayBuffer> {
  const start = at + LOCAL_BYTES + name.length + EXTRA_BYTES;
  const padding = (ALIGNMENT - start % ALIGNMENT) % ALIGNMENT;
  return joinFields([
    [0x04034b50, 4],
    ...describe(checksum, numBytes),
    [name.length, 2],
    [EXTRA_BYTES + padding, 2],
    name,
    [PADDING, 2],
    [padding, 2],
    new Uint8Array(padding),
  ]);
}

function makeEntry(
  { name, checksum, numBytes, at }: Placed,
): Uint8Array<ArrayBuffer> {
  return joinFields([
    [0x02014b50, 4],
    [VERSION, 2],
    ...describe(checksum, numBytes),
    [name.length, 2],
    new Uint8Array(12), // no extra field, comment, other disk or attributes
    [at, 4],
    name,
  ]);
}

/** What both headers of an entry have in common: version to checksum and sizes. */
function describe(checksum: number, numBytes: number): Field[] {
  return [
    ...[[VERSION, 2], [UTF8, 2], [0, 2], [0, 2], [DATE, 2]] as Field[],
    ...[[checksum, 4], [numBytes, 4], [numBytes, 4]] as Field[],
  ];
}

function makeEnd(
  count: number,
  numBytes: number,
  at: number,
): Uint8Array<ArrayBuffer> {
  return joinFields([
    [0x06054b50, 4],
    [0, 4],
    [count, 2],
    [count, 2],
    [numBytes, 4],
    [at, 4],
    [0, 2],
  ]);
}

/** Bytes, or an unsigned little-endian integer and how many bytes it takes. */
type Field = Uint8Array | [value: number, numBytes: 2 | 4];

function joinFields(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const length = fields.reduce(
    (sum, field) => sum + (Array.isArray(field) ? field[1] : field.length),
    0,
  );
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of fields) {
    if (!Array.isArray(field)) {
      bytes.set(field, at);
      at += field.length;
    } else if (field[1] === 4) {
      view.setUint32(at, field[0], true);
      at += 4;
    } else {
      view.setUint16(at, field[0], true);
      at += 2;
    }
  }
  return bytes;
}
