/**
 * `.npy` files that hold no plain numbers: names, and lists of indices for each of many items.
 *
 * Source: numpy, lib/format.py (`write_array`), and arrays of Unicode text as UTF-32.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "./file_bytes.ts";
import { parseNpy, readNpyHeader } from "./npy.ts";
import { NumpyArray, readNumpyPickle } from "./numpy_pickle.ts";

const TEXT_WORDS = {
  what: "Cannot read names from a .npy file",
  fix: "save an array of text with numpy.save, or write one name per line",
};
const LIST_WORDS = {
  what: "Cannot read lists of indices from a .npy file",
  fix: "save an array with one list of integers for each query with numpy.save",
};

/** Letters of all names at most. */
const MAX_LETTERS = 2 ** 28;
const LETTER_BYTES = 4;

/**
 * Reads names: an array `[n]` of text (`<U…`).
 *
 * @throws {CheckpointError} If it is not there, is cut short, or holds something else.
 */
export function readNpyTexts(path: string): string[] {
  using file = openFileBytes(path, TEXT_WORDS);
  const { text, end } = readNpyHeader(file);
  const letters = Number(text.match(/'descr': *'[<|=]U(\d+)'/)?.[1]);
  const count = Number(text.match(/'shape': *\((\d+),\)/)?.[1]);
  if (!(letters * count <= MAX_LETTERS)) {
    throw file.fail(`its header ${text.trim()} does not tell of names`);
  }
  const bytes = file.read(end, letters * count * LETTER_BYTES);
  const codes = new Uint32Array(bytes.buffer);
  return Array.from({ length: count }, (_, i) => {
    const name = codes.subarray(i * letters, (i + 1) * letters);
    if (name.some((code) => code > 0x10ffff)) {
      throw file.fail(`name ${i + 1} is no text`);
    }
    return String.fromCodePoint(...name).replace(/\0+$/, "");
  });
}

/**
 * Reads lists of integers: an object array `[n]` of lists or arrays; one `[n, 2]` of numbers of
 * their own and lists, as VPR-Bench has it; or an array of integers `[n, k]` or `[n]`, where all lists
 * have k or one.
 *
 * @returns n lists.
 * @throws {CheckpointError} If it is not there, is cut short, or holds something else.
 */
export function readNpyLists(path: string): number[][] {
  using file = openFileBytes(path, LIST_WORDS);
  const { text, end } = readNpyHeader(file);
  if (!/'descr': *'\|O'/.test(text)) return listRows(file);
  const content = readNumpyPickle(file, end);
  if (!(content instanceof NumpyArray)) throw file.fail("it holds no array");
  const [count = 0, width = 1] = content.shape;
  const isPairs = content.shape.length === 2 && width === 2;
  if (!isPairs && content.shape.length !== 1) {
    throw file.fail(`its shape is [${content.shape}], not [n] or [n, 2]`);
  }
  return Array.from({ length: count }, (_, i) => {
    if (isPairs && content.values[2 * i] !== i) {
      throw file.fail(`its row ${i + 1} is not of query ${i}`);
    }
    return toIntegers(file, content.values[isPairs ? 2 * i + 1 : i], i);
  });
}

function listRows(file: FileBytes): number[][] {
  const { shape: [count = 0, width = 1], data } = parseNpy(file);
  return Array.from(
    { length: count },
    (_, i) => toIntegers(file, data.slice(i * width, (i + 1) * width), i),
  );
}

function toIntegers(file: FileBytes, value: unknown, i: number): number[] {
  const items = value instanceof NumpyArray ? value.values : value;
  const list = Array.isArray(items) || ArrayBuffer.isView(items)
    ? Array.from(items as ArrayLike<unknown>)
    : [items];
  if (list.every((item): item is number => Number.isSafeInteger(item))) {
    return list;
  }
  throw file.fail(`item ${i + 1} is no list of integers`);
}
