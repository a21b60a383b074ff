/**
 * Numbers of an HDF5 dataset, read a slice at a time.
 *
 * @module
 */
import type { Dataset } from "h5wasm";
import {
  bytesOf,
  countElements,
  createNumbers,
  decodeNumbers,
  isNumberType,
  type NumberArray,
  type NumberType,
} from "./number_types.ts";

/** Bytes that are moved in one call: the library's memory ends at 2 GB. */
const SLICE_BYTES = 2 ** 26;

/** HDF5's classes of numbers. */
const INTEGER = 0;
const FLOAT = 1;

/** The shape of a dataset; one without content is `[0]`. */
export function shapeOf(dataset: Dataset): number[] {
  return dataset.shape ?? [0];
}

function typeOf(dataset: Dataset): NumberType {
  const { type, signed, size } = dataset.metadata;
  const integer = signed ? "i" : "u";
  const kind = type === FLOAT ? "f" : type === INTEGER ? integer : "";
  const name = `${kind}${size}`;
  if (!isNumberType(name)) {
    throw new Error(`${dataset.path} holds no numbers that are known here`);
  }
  return name;
}

/**
 * Reads rows, or the one number of a dataset without dimensions, a slice at a time.
 *
 * @throws If it holds no numbers, or the library cannot read it.
 */
export function readSlices(
  dataset: Dataset,
  first: number,
  count: number,
): NumberArray {
  const type = typeOf(dataset);
  const shape = shapeOf(dataset);
  const rowLength = countElements(shape.slice(1));
  const numbers = createNumbers(type, count * rowLength);
  if (shape.length === 0) {
    numbers[0] = Number(dataset.value);
    return numbers;
  }
  const rowBytes = Math.max(1, rowLength * dataset.metadata.size);
  const step = Math.max(1, Math.floor(SLICE_BYTES / rowBytes));
  for (let done = 0; done < count && rowLength > 0; done += step) {
    const begin = first + done;
    const end = first + Math.min(count, done + step);
    const slice = type === "f2"
      ? readHalves(dataset, begin, end)
      : asNumbers(dataset.slice([[begin, end]]) as NumberArray | BigNumbers);
    numbers.set(slice, done * rowLength);
  }
  return numbers;
}

type BigNumbers = BigInt64Array | BigUint64Array;

function asNumbers(values: NumberArray | BigNumbers): NumberArray {
  const isBig = values instanceof BigInt64Array ||
    values instanceof BigUint64Array;
  return isBig ? Float64Array.from(values, Number) : values;
}

/** The library reads no float16, but 16-bit integers of the same bits. */
function readHalves(dataset: Dataset, begin: number, end: number): NumberArray {
  const metadata = { ...dataset.metadata, type: INTEGER, signed: false };
  const asIntegers: Dataset = Object.create(dataset, {
    metadata: { value: metadata },
  });
  const bits = asIntegers.slice([[begin, end]]) as Uint16Array<ArrayBuffer>;
  return decodeNumbers(bytesOf(bits), "f2");
}
