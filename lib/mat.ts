/**
 * MATLAB v5 `.mat` files (saved by MATLAB as v6 or v7, by Octave, by SciPy), as plain data.
 *
 * @module
 */
import { dirname } from "node:path";
import { inflateSync } from "node:zlib";
import { DatasetError, describeCause } from "./errors.ts";
import { describeFolder } from "./folders.ts";
import {
  damaged,
  MatCursor,
  type MatElement,
  type MatSource,
  MI,
  spend,
} from "./mat_elements.ts";
import { type MatValue, type NamedValue, readMatrix } from "./mat_values.ts";

export type { MatNumeric, MatValue } from "./mat_values.ts";

const HEADER_BYTES = 128;
/** Of the file, and of all values that are read from it. */
const MAX_BYTES = 2 ** 29;

/**
 * Reads a `.mat` file.
 *
 * @returns The variables by name.
 * @throws {DatasetError} If it is missing, damaged, too large, or of another version.
 */
export async function readMat(path: string): Promise<Map<string, MatValue>> {
  return parseMat(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= MAX_BYTES) return await Deno.readFile(path);
  } catch (cause) {
    throw new DatasetError("Cannot open a .mat file", {
      where: `${path} (${describeCause(cause)})`,
      fix: `give a MATLAB file that can be read; ${await describeFolder(
        dirname(path),
      )}`,
      cause,
    });
  }
  throw new DatasetError("Cannot read a .mat file of more than 512 MiB", {
    where: path,
    fix: "save only the variables that are needed",
  });
}

/**
 * Parses the bytes of a `.mat` file: either byte order, compressed or not.
 *
 * @param bytes The whole file.
 * @param file Its name, for errors.
 * @returns The variables by name.
 * @throws {DatasetError} If the file is damaged or of another version, or its values take more than 512 MiB.
 *
 * Source: MathWorks, MAT-File Format, level 5.
 */
export function parseMat(
  bytes: Uint8Array,
  file: string,
): Map<string, MatValue> {
  const source = toSource(bytes, {
    littleEndian: checkHeader(bytes, file),
    file,
    budget: { bytes: MAX_BYTES },
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

function inflate(source: MatSource, { start, end }: MatElement): MatSource {
  const { littleEndian, file, budget } = source;
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(source.bytes.subarray(start, end), {
      maxOutputLength: Math.max(1, budget.bytes),
    });
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      spend(source, Infinity);
    }
    throw damaged(
      source,
      `a variable does not inflate: ${describeCause(cause)}`,
    );
  }
  spend(source, bytes.length);
  return toSource(bytes, { littleEndian, file, budget });
}
