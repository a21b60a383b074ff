/**
 * MATLAB `.mat` files as plain data: v5 (saved by MATLAB as v6 or v7, by Octave, by SciPy) and v7.3.
 *
 * @module
 */
import { dirname } from "node:path";
import { constants, inflateSync } from "node:zlib";
import { DatasetError, describeCause } from "./errors.ts";
import { describeFolder } from "./folders.ts";
import {
  damaged,
  MatCursor,
  type MatElement,
  type MatSource,
  MI,
  spend,
  tooLarge,
} from "./mat_elements.ts";
import { readMatHdf5 } from "./mat_hdf5.ts";
import { type MatValue, type NamedValue, readMatrix } from "./mat_values.ts";

export type { MatNumeric, MatStruct, MatValue } from "./mat_values.ts";

const HEADER_BYTES = 128;
/** What begins the text in the header of a v7.3 file. */
const HDF5_TEXT = "MATLAB 7.3";
/** Bytes of a variable's start that hold its size: a few times as many as it takes compressed. */
const SIZE_BYTES = 256;

/** How much a file may take. */
export interface MatLimits {
  /** Of the file, and of all values that are read from it. */
  maxBytes: number;
}

const MAT_LIMITS: Readonly<MatLimits> = Object.freeze({ maxBytes: 2 ** 29 });

/**
 * Reads a `.mat` file.
 *
 * @returns The variables by name.
 * @throws {DatasetError} If it is missing, damaged, too large (512 MiB unless asked for more), or of another version.
 */
export async function readMat(
  path: string,
  { maxBytes }: MatLimits = MAT_LIMITS,
): Promise<Map<string, MatValue>> {
  const bytes = await readBytes(path, maxBytes);
  return isHdf5(bytes)
    ? await readMatHdf5(path, maxBytes)
    : parseMat(bytes, path, { maxBytes });
}

function isHdf5(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, HDF5_TEXT.length);
  return new TextDecoder().decode(start) === HDF5_TEXT;
}

async function readBytes(
  path: string,
  maxBytes: number,
): Promise<Uint8Array> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= MAT_LIMITS.maxBytes) return await Deno.readFile(path);
    if (size <= maxBytes) return await readLarge(path, size);
  } catch (cause) {
    throw new DatasetError("Cannot open a .mat file", {
      where: `${path} (${describeCause(cause)})`,
      fix: `give a MATLAB file that can be read; ${await describeFolder(
        dirname(path),
      )}`,
      cause,
    });
  }
  throw tooLarge(path, maxBytes);
}

/**
 * Reads a file into memory of its size: `Deno.readFile` has it twice for a moment. (Other files
 * are read by that, which needs no permission for what a link leads to.)
 */
async function readLarge(path: string, size: number): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/**
 * Parses the bytes of a v5 `.mat` file: either byte order, compressed or not.
 *
 * @param bytes The whole file.
 * @param file Its name, for errors.
 * @returns The variables by name.
 * @throws {DatasetError} If the file is damaged or of another version, or its values take more than they may.
 *
 * Source: MathWorks, MAT-File Format, level 5.
 */
export function parseMat(
  bytes: Uint8Array,
  file: string,
  { maxBytes }: MatLimits = MAT_LIMITS,
): Map<string, MatValue> {
  const source = toSource(bytes, {
    littleEndian: checkHeader(bytes, file),
    file,
    budget: { bytes: maxBytes, maxBytes },
  });
  const variables = new Map<string, MatValue>();
  const cursor = new MatCursor(source, HEADER_BYTES, bytes.length);
  while (cursor.left > 0) {
    const { name, value } = readVariable(source, cursor.take());
    variables.set(name, value);
  }
  return variables;
}

function toSource(
  bytes: Uint8Array,
  rest: Omit<MatSource, "bytes" | "view">,
): MatSource {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, ...rest };
}

/** Checks the header; returns whether the file is little-endian. */
function checkHeader(bytes: Uint8Array, file: string): boolean {
  const mark = String.fromCharCode(...bytes.subarray(126, HEADER_BYTES));
  const major = bytes[mark === "IM" ? 125 : 124];
  if ((mark === "IM" || mark === "MI") && major === 1) return mark === "IM";
  const start = String.fromCharCode(...bytes.subarray(0, 10));
  const isHdf5 = major === 2 || start.startsWith("\x89HDF");
  const what = isHdf5
    ? "Cannot read a MATLAB v7.3 (HDF5) file"
    : start === "MATLAB 5.0"
    ? "Cannot read a damaged .mat file"
    : "Cannot read a file that is not MATLAB v5";
  throw new DatasetError(what, {
    where: file,
    fix: "save it again with save -v7, or give another file",
  });
}

function readVariable(source: MatSource, element: MatElement): NamedValue {
  if (element.type === MI.matrix) return readMatrix(source, element);
  if (element.type !== MI.compressed) {
    throw damaged(source, `a variable has the type ${element.type}`);
  }
  const inflated = inflate(source, element);
  const inner = new MatCursor(inflated, 0, inflated.bytes.length).take();
  if (inner.type !== MI.matrix) {
    throw damaged(source, `a variable has the type ${inner.type}`);
  }
  return readMatrix(inflated, inner);
}

/** Inflates a variable into memory of its size: in pieces it would be there twice. */
function inflate(source: MatSource, { start, end }: MatElement): MatSource {
  const { littleEndian, file, budget } = source;
  const packed = source.bytes.subarray(start, end);
  const size = readInflatedSize(source, packed);
  spend(source, size);
  const bytes = inflateUpTo(source, packed, size, constants.Z_FINISH);
  return toSource(bytes, { littleEndian, file, budget });
}

/** Bytes of a variable with its tag, as its tag says. */
function readInflatedSize(source: MatSource, packed: Uint8Array): number {
  const start = inflateUpTo(
    source,
    packed.subarray(0, SIZE_BYTES),
    Infinity,
    constants.Z_SYNC_FLUSH,
  );
  if (start.length < 8) throw damaged(source, "a variable is cut");
  const view = new DataView(start.buffer, start.byteOffset);
  return 8 + view.getUint32(4, source.littleEndian);
}

function inflateUpTo(
  source: MatSource,
  packed: Uint8Array,
  size: number,
  finishFlush: number,
): Uint8Array {
  const options = size < Infinity
    ? { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size) }
    : {};
  try {
    return inflateSync(packed, { ...options, finishFlush });
  } catch (cause) {
    throw damaged(
      source,
      `a variable does not inflate: ${describeCause(cause)}`,
    );
  }
}
