/**
 * The largest eigenvalues of a symmetric tridiagonal matrix, by bisection.
 *
 * @module
 */
import type { Reduction } from "./tridiagonalize.ts";

/** A symmetric tridiagonal matrix. */
export type Tridiagonal = Pick<Reduction, "diagonal" | "offDiagonal">;

/** Between which two numbers some eigenvalues are: `above` are over `high`, `within` are inside. */
interface Interval {
  low: number;
  high: number;
  above: number;
  within: number;
}

/** No row of the matrix has a sum of sizes beyond it, nor is any eigenvalue. */
export function boundEigenvalues(
  { diagonal, offDiagonal }: Tridiagonal,
): number {
  let bound = 0;
  diagonal.forEach((value, i) => {
    const beside = Math.abs(offDiagonal[i - 1] ?? 0) +
      Math.abs(offDiagonal[i]!);
    bound = Math.max(bound, Math.abs(value) + beside);
  });
  return bound;
}

/**
 * Finds the largest eigenvalues to the accuracy of double precision, relative to the largest.
 *
 * @param count How many.
 * @returns Largest first, `[count]`.
 *
 * Source: Barth, Martin and Wilkinson, Calculation of the eigenvalues of a symmetric
 * tridiagonal matrix by the method of bisection, 1967.
 */
export function* largestEigenvalues(
  matrix: Tridiagonal,
  count: number,
): Generator<number, Float64Array> {
  const { diagonal } = matrix;
  const bound = boundEigenvalues(matrix);
  const width = 4 * Number.EPSILON * bound;
  const squares = matrix.offDiagonal.map((value) => value * value);
  const values = new Float64Array(count);
  let found = 0;
  const open: Interval[] = [{
    low: -bound - width,
    high: bound + width,
    above: 0,
    within: diagonal.length,
  }];
  while (open.length > 0) {
    const { low, high, above, within } = open.pop()!;
    if (within === 0 || above >= count) continue;
    const middle = (low + high) / 2;
    if (high - low <= width || middle <= low || middle >= high) {
      values.fill(middle, above, Math.min(count, above + within));
      found = Math.min(count, above + within);
      yield found;
      continue;
    }
    const upper = countAbove(diagonal, squares, middle, bound) - above;
    open.push({
      low,
      high: middle,
      above: above + upper,
      within: within - upper,
    });
    open.push({ low: middle, high, above, within: upper });
  }
  return values;
}

/** How many eigenvalues are greater than a number. */
function countAbove(
  diagonal: Float64Array,
  squares: Float64Array,
  value: number,
  bound: number,
): number {
  const smallest = Number.EPSILON * Number.EPSILON * bound || Number.MIN_VALUE;
  let count = 0;
  let pivot = 1;
  for (let i = 0, square = 0; i < diagonal.length; i++) {
    pivot = diagonal[i]! - value - square / pivot;
    if (Math.abs(pivot) < smallest) pivot = -smallest;
    if (pivot > 0) count++;
    square = squares[i]!;
  }
  return count;
}
