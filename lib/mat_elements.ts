/**
 * Data elements of MATLAB v5 files: tags, numbers and characters.
 *
 * Source: MathWorks, MAT-File Format, level 5.
 *
 * @module
 */
import { DatasetError } from "./errors.ts";

/** Types of data elements. */
export const MI = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  single: 7,
  double: 9,
  int64: 12,
  uint64: 13,
  matrix: 14,
  compressed: 15,
  utf8: 16,
  utf16: 17,
  utf32: 18,
} as const;

/** The bytes that elements are read from: a file, or one inflated variable of it. */
export interface MatSource {
  bytes: Uint8Array;
  view: DataView;
  littleEndian: boolean;
  /** Name of the file, for errors. */
  file: string;
  /** Memory that the values of this file may still take, of what they may take in all; shared by its inflated variables. */
  budget: { bytes: number; maxBytes: number };
}

/** One data element: where its data are. */
export interface MatElement {
  type: number;
  start: number;
  end: number;
}

/** The error for a file that is not what its tags say. */
export function damaged(source: MatSource, why: string): DatasetError {
  return new DatasetError("Cannot read a damaged .mat file", {
    where: `${source.file} (${why})`,
    fix: "copy or download it again, or save it again with save -v7",
  });
}

/** Takes what a value needs from the budget of its file. */
export function spend(source: MatSource, bytes: number): void {
  source.budget.bytes -= bytes;
  if (source.budget.bytes < 0) {
    throw tooLarge(source.file, source.budget.maxBytes);
  }
}

/** The error for a file that is larger, or takes more memory, than it may. */
export function tooLarge(file: string, maxBytes: number): DatasetError {
  const limit = Math.round(maxBytes / 2 ** 20);
  return new DatasetError(
    `Cannot read a .mat file that needs more than ${limit} MiB`,
    { where: file, fix: "save only the variables that are needed" },
  );
}

/** Walks over the elements between two bytes of a source. */
export class MatCursor {
  constructor(
    readonly source: MatSource,
    private at: number,
    private readonly end: number,
  ) {}

  /** Bytes that are left. */
  get left(): number {
    return this.end - this.at;
  }

  /** Takes the next element, in its long or its small form. */
  take(): MatElement {
    const { view, littleEndian } = this.source;
    if (this.left < 8) throw damaged(this.source, "it ends too early");
    const word = view.getUint32(this.at, littleEndian);
    if (word > 0xffff) return this.takeSmall(word);

    const start = this.at + 8;
    const size = view.getUint32(this.at + 4, littleEndian);
    const end = start + size;
    if (end > this.end) {
      throw damaged(
        this.source,
        `${size} bytes are announced where ${this.end - start} are left`,
      );
    }
    const padding = word === MI.compressed ? 0 : (8 - size % 8) % 8;
    this.at = Math.min(end + padding, this.end);
    return { type: word, start, end };
  }

  private takeSmall(word: number): MatElement {
    const size = word >>> 16;
    if (size > 4) throw damaged(this.source, "a tag is not valid");
    const start = this.at + 4;
    this.at += 8;
    return { type: word & 0xffff, start, end: start + size };
  }
}

/** Bytes of one number of a type; `undefined` if the type is no number. */
const NUMBER_SIZE: Record<number, number> = {
  [MI.int8]: 1,
  [MI.uint8]: 1,
  [MI.int16]: 2,
  [MI.uint16]: 2,
  [MI.int32]: 4,
  [MI.uint32]: 4,
  [MI.single]: 4,
  [MI.double]: 8,
  [MI.int64]: 8,
  [MI.uint64]: 8,
  [MI.utf8]: 1,
  [MI.utf16]: 2,
  [MI.utf32]: 4,
};

/** Reads numbers of any stored type, which may be smaller than their class: `[count]`. */
export function readNumbers(
  source: MatSource,
  { type, start, end }: MatElement,
): Float64Array {
  const size = NUMBER_SIZE[type];
  if (size === undefined || (end - start) % size !== 0) {
    throw damaged(source, `an element of type ${type} holds no numbers`);
  }
  const count = (end - start) / size;
  spend(source, 8 * count);
  const read = numberReader(source, type);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = read(start + i * size);
  return numbers;
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads numbers that are stored as float32, `[count]`. They stay where they are if that
 * can be: large weights are in memory once.
 */
export function readSingles(
  source: MatSource,
  { start, end }: MatElement,
): Float32Array<ArrayBuffer> {
  const { bytes, view, littleEndian } = source;
  if ((end - start) % 4 !== 0) throw damaged(source, "a float32 is cut");
  const count = (end - start) / 4;
  const at = bytes.byteOffset + start;
  if (littleEndian === IS_LITTLE_ENDIAN && at % 4 === 0) {
    return new Float32Array(bytes.buffer as ArrayBuffer, at, count);
  }
  spend(source, 4 * count);
  return Float32Array.from(
    { length: count },
    (_, i) => view.getFloat32(start + 4 * i, littleEndian),
  );
}

function numberReader(
  { view, littleEndian }: MatSource,
  type: number,
): (at: number) => number {
  switch (type) {
    case MI.int8:
      return (at) => view.getInt8(at);
    case MI.int16:
      return (at) => view.getInt16(at, littleEndian);
    case MI.uint16:
    case MI.utf16:
      return (at) => view.getUint16(at, littleEndian);
    case MI.int32:
      return (at) => view.getInt32(at, littleEndian);
    case MI.uint32:
    case MI.utf32:
      return (at) => view.getUint32(at, littleEndian);
    case MI.single:
      return (at) => view.getFloat32(at, littleEndian);
    case MI.double:
      return (at) => view.getFloat64(at, littleEndian);
    case MI.int64:
      return (at) => Number(view.getBigInt64(at, littleEndian));
    case MI.uint64:
      return (at) => Number(view.getBigUint64(at, littleEndian));
    default:
      return (at) => view.getUint8(at);
  }
}

/** Characters that one call is given. */
const TEXT_PART = 4096;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads characters: UTF-8, UTF-16, UTF-32, or bytes that are Latin-1. */
export function readText(source: MatSource, element: MatElement): string {
  const { type, start, end } = element;
  if (type === MI.utf8) {
    try {
      return UTF8.decode(source.bytes.subarray(start, end));
    } catch {
      throw damaged(source, "a text is not valid UTF-8");
    }
  }
  const codes = readNumbers(source, element);
  const isWide = type === MI.utf32 || type === MI.int32 || type === MI.uint32;
  const last = isWide ? 0x10ffff : 0xffff;
  if (!codes.every((c) => Number.isInteger(c) && c >= 0 && c <= last)) {
    throw damaged(source, "a text holds what is no character");
  }
  const toText = isWide ? String.fromCodePoint : String.fromCharCode;
  const parts: string[] = [];
  for (let i = 0; i < codes.length; i += TEXT_PART) {
    parts.push(toText(...codes.subarray(i, i + TEXT_PART)));
  }
  return parts.join("");
}
