/**
 * Arrays of MATLAB v5 files: numbers, characters, cells and structs.
 *
 * Source: MathWorks, MAT-File Format, level 5.
 *
 * @module
 */
import {
  damaged,
  MatCursor,
  type MatElement,
  type MatSource,
  MI,
  readNumbers,
  readSingles,
  readText,
  spend,
} from "./mat_elements.ts";

/** A value of a `.mat` file. Its elements are in column-major order; vectors and scalars keep their sizes. */
export type MatValue = MatNumeric | MatText | MatCell | MatStruct | MatUnread;

/** Numbers of any class: float32 as they are stored, all others as float64; integers beyond 2^53 are rounded. */
export interface MatNumeric {
  kind: "numeric";
  dims: readonly number[];
  data: MatNumbers;
  /** Imaginary parts of complex numbers; null for real ones. */
  imaginary: MatNumbers | null;
  /** Whether they are logicals, 0 and 1. */
  logical: boolean;
}

/** Elements of a numeric array. */
export type MatNumbers = Float64Array | Float32Array<ArrayBuffer>;

/** A char array: one string for each of its rows, none if it is empty. */
export interface MatText {
  kind: "text";
  dims: readonly number[];
  rows: readonly string[];
}

/** A cell array. */
export interface MatCell {
  kind: "cell";
  dims: readonly number[];
  cells: readonly MatValue[];
}

/** A struct array: each field has one value for each element. */
export interface MatStruct {
  kind: "struct";
  dims: readonly number[];
  fields: ReadonlyMap<string, readonly MatValue[]>;
}

/** Something that has no counterpart here: an object, a function, a sparse matrix. */
export interface MatUnread {
  kind: "unread";
  dims: readonly number[];
}

/** A variable, or an array without a name inside another. */
export interface NamedValue {
  name: string;
  value: MatValue;
}

/** Array classes that are read; all from `double` to `uint64` are numbers. */
const MX = { cell: 1, struct: 2, char: 4, double: 6, uint64: 15, opaque: 17 };

const MAX_DEPTH = 50;
const MAX_RANK = 32;
/** About what the objects of one value take. */
const VALUE_BYTES = 200;

const EMPTY: MatNumeric = Object.freeze({
  kind: "numeric",
  dims: [0, 0],
  data: new Float64Array(0),
  imaginary: null,
  logical: false,
});

/**
 * Reads one array and what is nested in it.
 *
 * @param depth How deep it is nested itself.
 * @throws {DatasetError} If it is damaged or takes more than its file may.
 */
export function readMatrix(
  source: MatSource,
  element: MatElement,
  depth = 0,
): NamedValue {
  if (element.type !== MI.matrix) {
    throw damaged(source, `an element of type ${element.type} is no array`);
  }
  if (element.start === element.end) return { name: "", value: EMPTY };
  if (depth > MAX_DEPTH) throw damaged(source, "it is nested too deeply");
  spend(source, VALUE_BYTES);

  const cursor = new MatCursor(source, element.start, element.end);
  const flags = cursor.take();
  if (flags.end - flags.start < 4) throw damaged(source, "an array is cut");
  const word = source.view.getUint32(flags.start, source.littleEndian);
  const arrayClass = word & 0xff;
  const dims = arrayClass === MX.opaque ? [] : readDims(source, cursor.take());
  const name = readText(source, cursor.take());
  return { name, value: readValue(cursor, { word, arrayClass, dims, depth }) };
}

function readDims(source: MatSource, element: MatElement): number[] {
  const dims = readNumbers(source, element);
  const isSize = (size: number): boolean => Number.isInteger(size) && size >= 0;
  if (dims.length < 2 || dims.length > MAX_RANK || !dims.every(isSize)) {
    throw damaged(source, "the sizes of an array are not valid");
  }
  return [...dims];
}

interface ArrayHead {
  word: number;
  arrayClass: number;
  dims: readonly number[];
  depth: number;
}

function readValue(cursor: MatCursor, head: ArrayHead): MatValue {
  const { arrayClass, dims } = head;
  if (arrayClass === MX.cell) {
    return { kind: "cell", dims, cells: readCells(cursor, head, 1) };
  }
  if (arrayClass === MX.struct) return readStruct(cursor, head);
  if (arrayClass === MX.char) return readChars(cursor, dims);
  if (arrayClass >= MX.double && arrayClass <= MX.uint64) {
    return readNumeric(cursor, head);
  }
  return { kind: "unread", dims };
}

function countOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function readNumeric(cursor: MatCursor, { word, dims }: ArrayHead): MatNumeric {
  const readPart = (): MatNumbers => {
    const element = cursor.take();
    const part = element.type === MI.single
      ? readSingles(cursor.source, element)
      : readNumbers(cursor.source, element);
    if (part.length === countOf(dims)) return part;
    throw damaged(
      cursor.source,
      `${part.length} numbers are in an array of [${dims.join(", ")}]`,
    );
  };
  return {
    kind: "numeric",
    dims,
    data: readPart(),
    imaginary: (word & 0x0800) !== 0 ? readPart() : null,
    logical: (word & 0x0200) !== 0,
  };
}

function readChars(cursor: MatCursor, dims: readonly number[]): MatText {
  const text = readText(cursor.source, cursor.take());
  const height = dims[0]!;
  if (height === 1) return { kind: "text", dims, rows: [text] };
  if (text === "") return { kind: "text", dims, rows: [] };

  const count = countOf(dims);
  const points = [...text];
  const units = points.length === count ? points : text.split("");
  if (units.length !== count) {
    throw damaged(
      cursor.source,
      `${units.length} characters are in an array of [${dims.join(", ")}]`,
    );
  }
  return { kind: "text", dims, rows: toRows(units, height) };
}

/** Turns column-major characters into the string of each row. */
function toRows(units: readonly string[], height: number): string[] {
  return Array.from({ length: height }, (_, row) => {
    let text = "";
    for (let i = row; i < units.length; i += height) text += units[i];
    return text;
  });
}

/** Reads `perElement` values for each element of an array, element by element. */
function readCells(
  cursor: MatCursor,
  { dims, depth }: ArrayHead,
  perElement: number,
): MatValue[] {
  const count = countOf(dims) * perElement;
  if (8 * count > cursor.left) {
    throw damaged(cursor.source, `an array of [${dims.join(", ")}] is cut`);
  }
  spend(cursor.source, 8 * count);
  const cells: MatValue[] = [];
  for (let i = 0; i < count; i++) {
    cells.push(readMatrix(cursor.source, cursor.take(), depth + 1).value);
  }
  return cells;
}

function readStruct(cursor: MatCursor, head: ArrayHead): MatStruct {
  const names = readFieldNames(cursor);
  const cells = readCells(cursor, head, names.length);
  const count = countOf(head.dims);
  const fields = new Map(
    names.map((name, field) => [
      name,
      Array.from({ length: count }, (_, i) => cells[i * names.length + field]!),
    ]),
  );
  return { kind: "struct", dims: head.dims, fields };
}

/** Reads names of one fixed width, filled up with zeros. */
function readFieldNames(cursor: MatCursor): string[] {
  const { source } = cursor;
  const [width = 0] = readNumbers(source, cursor.take());
  const { start, end } = cursor.take();
  const count = width > 0 ? (end - start) / width : end - start;
  if (!Number.isInteger(count) || (width <= 0 && count > 0)) {
    throw damaged(source, "the field names of a struct are cut");
  }
  spend(source, VALUE_BYTES * count);
  return Array.from({ length: count }, (_, field) => {
    const at = start + field * width;
    const text = readText(source, {
      type: MI.uint8,
      start: at,
      end: at + width,
    });
    return text.split("\0", 1)[0]!;
  });
}
