/**
 * Zip archives: their directory, and the content of their entries.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3 (zip64).
 *
 * @module
 */
import { inflateRawSync } from "node:zlib";
import { describeCause } from "./errors.ts";
import type { FileBytes } from "./file_bytes.ts";

/** An entry of a zip archive. */
export interface ZipEntry {
  /**
   * Finds its content in the file.
   *
   * @throws {CheckpointError} If the entry is compressed or reaches beyond the file.
   */
  locate(): { at: number; numBytes: number };
  /**
   * Reads its content, stored or deflated.
   *
   * @throws {CheckpointError} If it is compressed otherwise, damaged, or of more than 1 GiB.
   */
  read(): Uint8Array<ArrayBuffer>;
}

/** Bytes of an entry that are read at most. */
const MAX_ENTRY_BYTES = 2 ** 30;

/** How the content of an entry is kept. */
const METHODS = { stored: 0, deflated: 8 };

/** Bytes of directory that are read at most: some ten thousand entries. */
const MAX_DIRECTORY_BYTES = 2 ** 22;

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65535;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const SIGNATURES = {
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  entry: 0x02014b50,
  local: 0x04034b50,
};

/**
 * Reads which entries an archive has.
 *
 * @throws {CheckpointError} If the directory is not there (a file cut short has none) or is malformed.
 */
export function readZipDirectory(file: FileBytes): Map<string, ZipEntry> {
  const { at, numBytes } = findDirectory(file);
  if (numBytes > MAX_DIRECTORY_BYTES) {
    throw file.fail(`its zip directory would take ${numBytes} bytes`);
  }
  const directory = viewOf(file, at, numBytes);
  const entries = new Map<string, ZipEntry>();
  for (let from = 0; from < numBytes;) {
    if (
      from + ENTRY_BYTES > numBytes ||
      directory.getUint32(from, true) !== SIGNATURES.entry
    ) {
      throw file.fail("its zip directory is malformed");
    }
    const lengths = [28, 30, 32].map((at) =>
      directory.getUint16(from + at, true)
    );
    const length = lengths.reduce((sum, n) => sum + n, ENTRY_BYTES);
    if (from + length > numBytes) {
      throw file.fail("its zip directory is malformed");
    }
    const entry = new DataView(directory.buffer, from, length);
    const [nameLength] = lengths as [number];
    const name = new Uint8Array(
      directory.buffer,
      from + ENTRY_BYTES,
      nameLength,
    );
    const text = new TextDecoder().decode(name);
    if (entries.has(text)) throw file.fail("its zip directory repeats a name");
    entries.set(text, parseEntry(file, entry));
    from += length;
  }
  return entries;
}

function findDirectory(file: FileBytes): { at: number; numBytes: number } {
  const tailBytes = Math.min(file.size, END_BYTES + MAX_COMMENT_BYTES);
  const tail = viewOf(file, file.size - tailBytes, tailBytes);
  let end = tailBytes - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== SIGNATURES.end) end--;
  if (end < 0) throw file.fail("its zip directory is missing: it is cut short");

  const locator = end - 20;
  if (locator >= 0 && tail.getUint32(locator, true) === SIGNATURES.locator64) {
    const end64 = viewOf(file, readUint64(tail, locator + 8), 56);
    if (end64.getUint32(0, true) !== SIGNATURES.end64) {
      throw file.fail("its zip directory is malformed");
    }
    return { at: readUint64(end64, 48), numBytes: readUint64(end64, 40) };
  }
  return {
    at: tail.getUint32(end + 16, true),
    numBytes: tail.getUint32(end + 12, true),
  };
}

/** @param entry One entry of the directory, whole. */
function parseEntry(file: FileBytes, entry: DataView): ZipEntry {
  const method = entry.getUint16(10, true);
  const packedBytes = entry.getUint32(20, true);
  const plainBytes = entry.getUint32(24, true);
  const header = entry.getUint32(42, true);
  const wide = readWideFields(entry, [plainBytes, packedBytes, header]);
  const [numBytes, numPacked, headerAt] = wide as [number, number, number];
  const isStored = method === METHODS.stored && numPacked === numBytes;
  const locatePacked = (): number => locateContent(file, headerAt, numPacked);
  return {
    locate: () => {
      if (!isStored) throw file.fail("its content is compressed");
      return { at: locatePacked(), numBytes };
    },
    read: () => {
      if (numBytes > MAX_ENTRY_BYTES) {
        throw file.fail(`an entry would take ${numBytes} bytes`);
      }
      const packed = file.read(locatePacked(), numPacked);
      if (isStored) return packed;
      if (method !== METHODS.deflated) {
        throw file.fail(`an entry is compressed by the method ${method}`);
      }
      return inflate(file, packed, numBytes);
    },
  };
}

/** Where the content of an entry begins. */
function locateContent(
  file: FileBytes,
  headerAt: number,
  numPacked: number,
): number {
  const local = viewOf(file, headerAt, LOCAL_BYTES);
  if (local.getUint32(0, true) !== SIGNATURES.local) {
    throw file.fail("its zip directory points to the wrong place");
  }
  const at = headerAt + LOCAL_BYTES + local.getUint16(26, true) +
    local.getUint16(28, true);
  if (at + numPacked > file.size) throw file.fail("its content is cut short");
  return at;
}

function inflate(
  file: FileBytes,
  packed: Uint8Array,
  numBytes: number,
): Uint8Array<ArrayBuffer> {
  try {
    const plain = inflateRawSync(packed, { maxOutputLength: numBytes || 1 });
    if (plain.length === numBytes) return Uint8Array.from(plain);
  } catch (cause) {
    throw file.fail(`an entry does not inflate: ${describeCause(cause)}`);
  }
  throw file.fail("an entry is not as long as the directory says");
}

/** Takes the fields that are full (2³² − 1) from the zip64 extra field, in its order. */
function readWideFields(entry: DataView, fields: number[]): number[] {
  const start = ENTRY_BYTES + entry.getUint16(28, true);
  const end = start + entry.getUint16(30, true);
  let at = start;
  while (at + 4 <= end && entry.getUint16(at, true) !== 1) {
    at += 4 + entry.getUint16(at + 2, true);
  }
  let from = at + 4;
  return fields.map((field) => {
    if (field !== 0xffffffff || from + 8 > end) return field;
    from += 8;
    return readUint64(entry, from - 8);
  });
}

function viewOf(
  file: FileBytes,
  at: number,
  count: number,
): DataView<ArrayBuffer> {
  return new DataView(file.read(at, count).buffer);
}

function readUint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
