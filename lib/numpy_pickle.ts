/**
 * NumPy's numbers, number types and arrays in a pickle.
 *
 * Source: numpy, core/multiarray (`scalar`, `dtype`, `_reconstruct`), methods.c (`array_setstate`).
 *
 * @module
 */
import type { FileBytes } from "./file_bytes.ts";
import {
  countElements,
  decodeNumbers,
  isNumberType,
  numberBytes,
  type NumberType,
} from "./number_types.ts";
import { type PickleRules, readPickle } from "./pickle.ts";
import { PickleCursor } from "./pickle_cursor.ts";

/** A NumPy number type; its byte order is filled in by its state. */
export class NumpyType {
  isBigEndian = false;
  /** @param type `object` for any Python value, which only arrays have. */
  constructor(readonly type: NumberType | "object") {}
}

/** A NumPy array; filled in by its state. */
export class NumpyArray {
  shape: readonly number[] = [];
  /** Row-major: numbers, or what the pickle holds. */
  values: ArrayLike<unknown> = [];
}

/** Steps of a pickle of arrays and lists at most: some integers for each of a hundred thousand queries. */
const MAX_STEPS = 2 ** 22;

type Call = (...args: unknown[]) => unknown;

/** The names of NumPy's numbers and number types. */
export function numpyNumberNames(file: FileBytes): [string, Call][] {
  const scalar: Call = (type, value) => parseScalar(file, type, value);
  return [
    ["numpy.core.multiarray.scalar", scalar],
    ["numpy._core.multiarray.scalar", scalar],
    ["numpy.dtype", (name) => parseNumpyType(file, name)],
    ["_codecs.encode", (text) => encodeLatin1(file, text)],
  ];
}

/** The names of NumPy's arrays. */
export function numpyArrayNames(): [string, Call | null][] {
  const reconstruct: Call = () => new NumpyArray();
  return [
    ["numpy.ndarray", null],
    ["numpy.core.multiarray._reconstruct", reconstruct],
    ["numpy._core.multiarray._reconstruct", reconstruct],
  ];
}

/**
 * Reads a pickle of plain data and NumPy arrays.
 *
 * @param at Where in the file it begins; it ends with the file.
 * @returns Dicts as `PickleDict`, lists and tuples as arrays, arrays as `NumpyArray`.
 * @throws {CheckpointError} If it is malformed or refers to another name.
 */
export function readNumpyPickle(file: FileBytes, at = 0): unknown {
  const numberNames = numpyNumberNames(file);
  const rules: PickleRules = {
    globals: new Map<string, Call | null>([
      ...numberNames,
      [
        "numpy.dtype",
        (name) =>
          name === "O8" || name === "O"
            ? new NumpyType("object")
            : parseNumpyType(file, name),
      ],
      ...numpyArrayNames(),
      ["__builtin__.bytes", (...args) => noBytes(file, args)],
    ]),
    resolveId: () => {
      throw file.fail("its pickle refers to something outside");
    },
    applyState: (object, state) => applyNumpyState(file, object, state),
    maxSteps: MAX_STEPS,
  };
  return readPickle(new PickleCursor(file, at, file.size), rules);
}

/** How Python 3 writes no bytes in the protocols of Python 2. */
function noBytes(file: FileBytes, args: unknown[]): Uint8Array<ArrayBuffer> {
  if (args.length === 0) return new Uint8Array();
  throw file.fail("its pickle makes bytes of what is none");
}

/** Fills in an array, or the byte order of a number type. */
export function applyNumpyState(
  file: FileBytes,
  object: unknown,
  state: unknown,
): void {
  if (object instanceof NumpyArray) return fillArray(file, object, state);
  if (!(object instanceof NumpyType) || !Array.isArray(state)) {
    throw file.fail("its pickle sets the state of what has none");
  }
  object.isBigEndian = state[1] === ">";
}

/** @param state `(version, shape, type, isFortran, data)`. */
function fillArray(file: FileBytes, array: NumpyArray, state: unknown): void {
  const [, shape, type, isFortran, data] = Array.isArray(state) ? state : [];
  const isSound = Array.isArray(shape) && type instanceof NumpyType &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    (isFortran === false || isFortran === 0 || shape.length < 2);
  if (!isSound) throw file.fail("a NumPy array is not described as NumPy does");
  array.shape = shape;
  array.values = parseValues(file, type, data);
  if (array.values.length !== countElements(shape)) {
    throw file.fail("a NumPy array has not as many values as its shape says");
  }
}

function parseValues(
  file: FileBytes,
  { type, isBigEndian }: NumpyType,
  data: unknown,
): ArrayLike<unknown> {
  if (type === "object") {
    if (!Array.isArray(data)) throw file.fail("a NumPy array has no values");
    return data;
  }
  const bytes = typeof data === "string" ? encodeLatin1(file, data) : data;
  const isWhole = bytes instanceof Uint8Array &&
    bytes.length % numberBytes(type) === 0;
  if (!isWhole) throw file.fail("a NumPy array has no values");
  return decodeNumbers(bytes.slice(), type, isBigEndian);
}

function parseNumpyType(file: FileBytes, name: unknown): NumpyType {
  const type = typeof name === "string" ? name : "";
  if (!isNumberType(type)) throw file.fail("a NumPy number has no known type");
  return new NumpyType(type);
}

function parseScalar(file: FileBytes, type: unknown, value: unknown): number {
  const bytes = typeof value === "string" ? encodeLatin1(file, value) : value;
  const isSound = type instanceof NumpyType && type.type !== "object" &&
    bytes instanceof Uint8Array && bytes.length === numberBytes(type.type);
  if (!isSound) throw file.fail("a NumPy number is malformed");
  const { isBigEndian } = type;
  return decodeNumbers(bytes.slice(), type.type as NumberType, isBigEndian)[0]!;
}

function encodeLatin1(file: FileBytes, text: unknown): Uint8Array<ArrayBuffer> {
  if (typeof text !== "string") throw file.fail("a NumPy number is malformed");
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
