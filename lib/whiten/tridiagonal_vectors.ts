/**
 * Eigenvectors of a symmetric tridiagonal matrix, by inverse iteration.
 *
 * @module
 */
import {
  addressOf,
  type Float64Kernels,
  type Matrix,
} from "./float64_memory.ts";
import type { Random } from "../random.ts";
import { boundEigenvalues, type Tridiagonal } from "./tridiagonal_values.ts";

/** Eigenvalues as near as this, relative to the bound, have vectors that are made orthogonal one by one. */
const NEAR = 1e-8;
/** One finds the vector, one makes it accurate, one is for a start that was nearly orthogonal to it. */
const NUM_SOLUTIONS = 3;
/** Vectors between two progress events. */
const VECTORS_PER_EVENT = 64;

/** T − λ as a product of triangles, rows swapped where the next had the larger pivot. */
interface Triangles {
  /** The diagonal and the two above it, `[n]` each. */
  first: Float64Array;
  second: Float64Array;
  third: Float64Array;
  /** What is subtracted of row i from row i + 1, `[n]`. */
  below: Float64Array;
  /** 1 where rows i and i + 1 are swapped, `[n]`. */
  swapped: Uint8Array;
}

/**
 * Finds eigenvectors.
 *
 * @param values Eigenvalues, largest first, `[count]`.
 * @param vectors Receives one vector in each row, `[≥ count, ≥ n]`; all zero.
 * @param random Vectors that the iteration starts from.
 * @yields How many vectors are done.
 *
 * Source: Jessup and Ipsen, Improving the accuracy of inverse iteration, 1992.
 */
export function* findEigenvectors(
  matrix: Tridiagonal,
  values: Float64Array,
  vectors: Matrix,
  kernels: Float64Kernels,
  random: Random,
): Generator<number, void> {
  const n = matrix.diagonal.length;
  const bound = boundEigenvalues(matrix);
  const triangles: Triangles = {
    first: new Float64Array(n),
    second: new Float64Array(n),
    third: new Float64Array(n),
    below: new Float64Array(n),
    swapped: new Uint8Array(n),
  };
  let firstNear = 0; // all vectors from here to the one at hand are of near eigenvalues
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && values[i - 1]! - values[i]! > NEAR * bound) firstNear = i;
    factorize(matrix, values[i]!, bound, triangles);
    const start = i * vectors.numColumns;
    const vector = vectors.values.subarray(start, start + n);
    for (let k = 0; k < n; k++) vector[k] = random.next() - 0.5;
    for (let round = 0; round < NUM_SOLUTIONS; round++) {
      solve(triangles, vector);
      scaleToUnit(vector);
      for (let near = firstNear; near < i; near++) {
        removeDirection(kernels, vectors, i, near);
      }
      if (firstNear < i) scaleToUnit(vector);
    }
    if ((i + 1) % VECTORS_PER_EVENT === 0) yield i + 1;
  }
}

/** Writes T − λ as a product of triangles. */
function factorize(
  { diagonal, offDiagonal }: Tridiagonal,
  value: number,
  bound: number,
  { first, second, third, below, swapped }: Triangles,
): void {
  const n = diagonal.length;
  const smallest = Number.EPSILON * bound || 1; // every vector is one of a matrix of zeros
  first[0] = diagonal[0]! - value;
  second[0] = offDiagonal[0]!;
  for (let i = 0; i < n; i++) {
    if (i + 1 === n || Math.abs(first[i]!) >= Math.abs(offDiagonal[i]!)) {
      if (Math.abs(first[i]!) < smallest) first[i] = smallest;
      third[i] = 0;
      swapped[i] = 0;
      if (i + 1 === n) return;
      below[i] = offDiagonal[i]! / first[i]!;
      first[i + 1] = diagonal[i + 1]! - value - below[i]! * second[i]!;
      second[i + 1] = offDiagonal[i + 1]!;
    } else {
      const above = second[i]!;
      below[i] = first[i]! / offDiagonal[i]!;
      first[i] = offDiagonal[i]!;
      second[i] = diagonal[i + 1]! - value;
      third[i] = offDiagonal[i + 1]!;
      swapped[i] = 1;
      first[i + 1] = above - below[i]! * second[i]!;
      second[i + 1] = -below[i]! * third[i]!;
    }
  }
}

/** Replaces x by the solution of (T − λ)·y = x. */
function solve(
  { first, second, third, below, swapped }: Triangles,
  x: Float64Array,
): void {
  const n = x.length;
  for (let i = 0; i + 1 < n; i++) {
    const [upper, lower] = swapped[i] ? [x[i + 1]!, x[i]!] : [x[i]!, x[i + 1]!];
    x[i] = upper;
    x[i + 1] = lower - below[i]! * upper;
  }
  let [next, afterNext] = [0, 0];
  for (let i = n - 1; i >= 0; i--) {
    const value = (x[i]! - second[i]! * next - third[i]! * afterNext) /
      first[i]!;
    x[i] = value;
    afterNext = next;
    next = value;
  }
}

function scaleToUnit(vector: Float64Array): void {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    largest = Math.max(largest, Math.abs(vector[i]!));
  }
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i]! / largest) ** 2;
  const scale = 1 / (largest * Math.sqrt(sum));
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
}

/** Makes a row orthogonal to another, which is of unit length. */
function removeDirection(
  { dot, addScaled }: Float64Kernels,
  vectors: Matrix,
  row: number,
  direction: number,
): void {
  const to = addressOf(vectors, row);
  const from = addressOf(vectors, direction);
  const length = vectors.numColumns;
  addScaled(to, from, -dot(to, from, length), length);
}
