/**
 * NumPy's `.npy` files in and out.
 *
 * Source: numpy, lib/format.py (versions 1 to 3 of the format).
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "./file_bytes.ts";
import { writeAll, writeBytesWhole } from "./files.ts";
import {
  bytesOf,
  countElements,
  decodeNumbers,
  isNumberType,
  type NumberArray,
  numberBytes,
  type NumberType,
} from "./number_types.ts";
import { createRowWriter, type RowWriter } from "./row_writer.ts";
import { fortranStrides, toRowMajor } from "./strided.ts";

/** An array of numbers, row-major. */
export interface NpyArray {
  /** Its sizes, none for a single number. */
  shape: number[];
  /** Row-major. */
  data: NumberArray;
}

interface Header {
  type: NumberType;
  isBigEndian: boolean;
  isFortran: boolean;
  shape: number[];
}

const MAGIC = "\x93NUMPY";

/** Bytes that a header takes at least: room for any number of rows to be filled in later. */
const HEADER_BYTES = 128;

/** Bytes of header that are read at most; NumPy writes a few hundred. */
const MAX_HEADER_BYTES = 65536;

/** What errors of reading say. */
const READ_WORDS = {
  what: "Cannot read a .npy file",
  fix: "save it again with numpy.save(FILE, array), as numbers",
};

/** Names of the types in memory; all are little-endian. */
const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
]);

/**
 * Reads a `.npy` file of numbers. Fortran order is turned into row-major, float16 is
 * widened to float32, and 64-bit integers become float64.
 *
 * @throws {CheckpointError} If it is not there, is cut short, or holds no numbers.
 */
export function readNpy(path: string): NpyArray {
  using file = openFileBytes(path, READ_WORDS);
  return parseNpy(file);
}

/** Reads a `.npy` file that is open, or in memory. */
export function parseNpy(file: FileBytes): NpyArray {
  const { text, end } = readNpyHeader(file);
  const { type, isBigEndian, isFortran, shape } = parseHeader(file, text);
  const bytes = file.read(end, countElements(shape) * numberBytes(type));
  const data = decodeNumbers(bytes, type, isBigEndian);
  const layout = { offset: 0, shape, strides: fortranStrides(shape) };
  return { shape, data: isFortran ? toRowMajor(data, type, layout) : data };
}

/**
 * Writes a `.npy` file.
 *
 * @throws {CheckpointError} If it cannot be written; what was there stays.
 *
 * @example
 * ```ts
 * import { readNpy, writeNpy } from "@whereabouts/whereabouts";
 *
 * const path = `${await Deno.makeTempDir()}/numbers.npy`;
 * await writeNpy(path, { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
 * console.log(readNpy(path).shape); // [2, 3]
 * ```
 */
export async function writeNpy(
  path: string,
  { shape, data }: { shape: readonly number[]; data: NumberArray },
): Promise<void> {
  const header = encodeHeader(TYPE_NAMES.get(data.constructor)!, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(bytesOf(data), header.length);
  await writeBytesWhole(path, bytes);
}

/**
 * Starts a `.npy` file of float32 rows, written as they are made.
 *
 * @param shape `[numRows, rowLength]`; fewer rows may be written in the end.
 * @throws {CheckpointError} If the folder cannot be written.
 */
export function createNpyRows(
  path: string,
  [numRows, rowLength]: readonly [number, number],
): Promise<RowWriter> {
  return createRowWriter(path, [numRows, rowLength], (draft) => {
    const file = Deno.openSync(draft, {
      write: true,
      create: true,
      truncate: true,
    });
    writeAll(file, encodeHeader("<f4", [numRows, rowLength]));
    return {
      append: (rows) => writeAll(file, bytesOf(rows)),
      close: (numWritten) => {
        file.seekSync(0, Deno.SeekMode.Start);
        writeAll(file, encodeHeader("<f4", [numWritten, rowLength]));
        file.close();
      },
    };
  });
}

/** A `.npy` file of float32 rows, open for reading. It is closed by `using`. */
export interface NpyRows extends Disposable {
  /** How many there are. */
  readonly numRows: number;
  /** Length of each. */
  readonly rowLength: number;
  /**
   * Reads `count` rows from `firstRow` on.
   *
   * @returns `[count, rowLength]` row-major; the caller owns it.
   */
  read(firstRow: number, count: number): Float32Array<ArrayBuffer>;
}

/**
 * Opens a `.npy` file of float32 rows, as `createNpyRows` writes it, to read some at a time.
 *
 * @throws {CheckpointError} If it is not there, is cut short, or holds something else.
 */
export function openNpyRows(path: string): NpyRows {
  using stack = new DisposableStack();
  const file = stack.use(openFileBytes(path, READ_WORDS));
  const { text, end } = readNpyHeader(file);
  const { type, isBigEndian, isFortran, shape } = parseHeader(file, text);
  const [numRows, rowLength] = shape;
  if (
    type !== "f4" || isBigEndian || isFortran || rowLength === undefined ||
    shape.length !== 2
  ) throw file.fail(`its header ${text.trim()} does not tell of float32 rows`);
  const rowBytes = rowLength * Float32Array.BYTES_PER_ELEMENT;
  if (file.size !== end + numRows! * rowBytes) {
    throw file.fail(`it is of ${file.size} bytes`);
  }
  const kept = stack.move();
  return {
    numRows: numRows!,
    rowLength,
    read: (firstRow, count) =>
      new Float32Array(
        file.read(end + firstRow * rowBytes, count * rowBytes).buffer,
      ),
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/** Reads the header of a `.npy` file: a Python dict as text, and where it ends. */
export function readNpyHeader(
  file: FileBytes,
): { text: string; end: number } {
  const start = file.read(0, Math.min(12, file.size));
  if (String.fromCharCode(...start.subarray(0, 6)) !== MAGIC) {
    throw file.fail("it does not begin like a .npy file");
  }
  const view = new DataView(file.read(0, 12).buffer);
  const isShort = view.getUint8(6) === 1;
  const at = isShort ? 10 : 12;
  const length = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw file.fail(`its header would take ${length} bytes`);
  }
  const text = new TextDecoder().decode(file.read(at, length));
  return { text, end: at + length };
}

/** @param text A Python dict such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(file: FileBytes, text: string): Header {
  const descr = text.match(/'descr': *'([<>|=]?)([a-z]\d+)'/);
  const order = text.match(/'fortran_order': *(True|False)/);
  const shape = text.match(/'shape': *\(([\d, ]*)\)/);
  const type = descr?.[2] ?? "";
  if (!isNumberType(type) || order === null || shape === null) {
    throw file.fail(`its header ${text.trim()} does not tell of numbers`);
  }
  const sizes = shape[1]!.split(",").filter((size) => size.trim() !== "");
  return {
    type,
    isBigEndian: descr![1] === ">",
    isFortran: order[1] === "True",
    shape: sizes.map(Number),
  };
}

/** A header that ends at a multiple of 64 bytes, as NumPy's do. */
function encodeHeader(
  typeName: string,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  const sizes = shape.map((size) => `${size},`).join(" ");
  const text = `{'descr': '${typeName}', 'fortran_order': False, ` +
    `'shape': (${shape.length === 1 ? sizes : sizes.slice(0, -1)}), }`;
  const length = Math.max(
    HEADER_BYTES,
    Math.ceil((text.length + 11) / 64) * 64,
  );
  const bytes = new Uint8Array(length).fill(0x20);
  const letters = Uint8Array.from(`${MAGIC}\x01\x00`, (c) => c.charCodeAt(0));
  bytes.set(letters);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}
