/**
 * Numbers laid out in another order than row-major.
 *
 * @module
 */
import {
  countElements,
  createNumbers,
  type NumberArray,
  type NumberType,
} from "./number_types.ts";

/** Where the numbers of an array lie among others. */
export interface Strided {
  /** Place of the first number. */
  offset: number;
  shape: readonly number[];
  /** Places from one index to the next, for each dimension; may be negative. */
  strides: readonly number[];
}

/** Strides of an array whose first index varies fastest: Fortran's order. */
export function fortranStrides(shape: readonly number[]): number[] {
  return shape.map((_, i) => countElements(shape.slice(0, i)));
}

/**
 * Copies numbers into row-major order.
 *
 * @param type Type of the numbers, which is kept.
 * @returns As many numbers as the shape holds; the caller owns them.
 */
export function toRowMajor(
  numbers: NumberArray,
  type: NumberType,
  { offset, shape, strides }: Strided,
): NumberArray {
  const rows = createNumbers(type, countElements(shape));
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < rows.length; to++) {
    rows[to] = numbers[from]!;
    for (let i = shape.length - 1; i >= 0; i--) {
      from += strides[i]!;
      index[i]!++;
      if (index[i]! < shape[i]!) break;
      from -= strides[i]! * shape[i]!;
      index[i] = 0;
    }
  }
  return rows;
}
