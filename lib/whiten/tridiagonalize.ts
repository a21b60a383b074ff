/**
 * A symmetric matrix to a tridiagonal one, by reflections.
 *
 * @module
 */
import {
  addressOf,
  type Float64Kernels,
  LANES,
  type Matrix,
} from "./float64_memory.ts";
import {
  lanesInColumns,
  type PanelBuffers,
  stackSides,
  subtractProduct,
} from "./tile_products.ts";

/** Reflections that are gathered before the rest of the matrix is changed by them; a multiple of 4. */
export const PANEL_WIDTH = 32;

/** What the matrix is turned into, and what it is turned with. */
export interface ReductionWork {
  kernels: Float64Kernels;
  /**
   * The matrix, `[S, S]` with S the next multiple of 4 of its order; what is left
   * of its diagonal is not looked at. Row c becomes the vector of reflection c.
   */
  matrix: Matrix;
  /** `[PANEL_WIDTH, S]` */
  vectors: Matrix;
  /** `[PANEL_WIDTH, S]` */
  products: Matrix;
  buffers: PanelBuffers;
}

/** A tridiagonal matrix T, and the reflections 1 − τ·v·vᵀ with T = Qᵀ·A·Q, Q their product in order. */
export interface Reduction {
  /** `[order]` */
  diagonal: Float64Array;
  /** Value c is in row c, column c + 1, `[order]`; the last is 0. */
  offDiagonal: Float64Array;
  /** τ of each reflection, `[order]`; 0 where there is none. */
  factors: Float64Array;
}

/**
 * Reduces a symmetric matrix.
 *
 * @param order Its rows; those up to S are zero.
 * @yields How many rows are done.
 *
 * Source: Dongarra, Sorensen and Hammarling, Block reduction of matrices to condensed
 * forms for eigenvalue computations, 1989.
 */
export function* tridiagonalize(
  work: ReductionWork,
  order: number,
): Generator<number, Reduction> {
  const reduction: Reduction = {
    diagonal: new Float64Array(order),
    offDiagonal: new Float64Array(order),
    factors: new Float64Array(order),
  };
  for (let first = 0; first < order; first += PANEL_WIDTH) {
    work.vectors.values.fill(0);
    work.products.values.fill(0);
    const end = Math.min(order, first + PANEL_WIDTH);
    for (let row = first; row < end; row++) {
      reduceRow(work, reduction, first, row);
    }
    if (end < order) subtractPanel(work, end);
    yield end;
  }
  return reduction;
}

/** Finds reflection `row`, and what it will subtract from the rest of the matrix. */
function reduceRow(
  work: ReductionWork,
  { diagonal, offDiagonal, factors }: Reduction,
  first: number,
  row: number,
): void {
  const { matrix, vectors } = work;
  const order = diagonal.length;
  bringUpToDate(work, first, row);
  const start = row * matrix.numColumns;
  diagonal[row] = matrix.values[start + row]!;
  const values = matrix.values.subarray(start, start + matrix.numColumns);
  const { image, factor } = reflect(values, row, order);
  if (row + 1 < order) offDiagonal[row] = image;
  factors[row] = factor;
  vectors.values.set(values, (row - first) * vectors.numColumns);
  if (factor !== 0) multiplyVector(work, first, row, factor);
}

/** Subtracts what the reflections of a panel have gathered from one more row. */
function bringUpToDate(
  { kernels, matrix, vectors, products }: ReductionWork,
  first: number,
  row: number,
): void {
  const S = matrix.numColumns;
  const to = addressOf(matrix, row, first);
  for (let j = 0; j < row - first; j++) {
    const v = vectors.values[j * S + row]!;
    const w = products.values[j * S + row]!;
    kernels.addScaled(to, addressOf(products, j, first), -v, S - first);
    kernels.addScaled(to, addressOf(vectors, j, first), -w, S - first);
  }
}

/**
 * Turns the values right of a row's diagonal into the vector of a reflection
 * that leaves the first of them alone, and the values before them into 0.
 */
function reflect(
  values: Float64Array,
  row: number,
  order: number,
): { image: number; factor: number } {
  values.fill(0, 0, row + 1);
  const alpha = values[row + 1] ?? 0;
  let rest = 0;
  for (let i = row + 2; i < order; i++) rest += values[i]! ** 2;
  if (rest === 0) return { image: alpha, factor: 0 };
  const image = -Math.sign(alpha || 1) * Math.sqrt(alpha ** 2 + rest);
  const scale = 1 / (alpha - image);
  for (let i = row + 2; i < order; i++) values[i]! *= scale;
  values[row + 1] = 1;
  return { image, factor: (image - alpha) / image };
}

/** w = τ·A·v − ½·τ²·(vᵀ·A·v)·v, with A as the panel's reflections so far have made it. */
function multiplyVector(
  work: ReductionWork,
  first: number,
  row: number,
  factor: number,
): void {
  const { kernels, matrix, vectors, products } = work;
  const length = matrix.numColumns - first;
  const j = row - first;
  const v = addressOf(vectors, j, first);
  const w = addressOf(products, j, first);
  multiplyMatrix(work, j, row + 1);
  for (let i = 0; i < j; i++) {
    const earlierV = addressOf(vectors, i, first);
    const earlierW = addressOf(products, i, first);
    const alongV = kernels.dot(earlierV, v, length);
    const alongW = kernels.dot(earlierW, v, length);
    kernels.addScaled(w, earlierV, -alongW, length);
    kernels.addScaled(w, earlierW, -alongV, length);
  }
  const S = matrix.numColumns;
  const values = products.values.subarray(j * S + first, (j + 1) * S);
  for (let i = 0; i < length; i++) values[i]! *= factor;
  kernels.addScaled(w, v, -factor / 2 * kernels.dot(w, v, length), length);
}

/**
 * Row j of `products` = A·v from row `from` on, four rows at a time from the
 * right of the diagonal alone: each value is read once for both of its places.
 */
function multiplyMatrix(
  { kernels, matrix, vectors, products }: ReductionWork,
  j: number,
  from: number,
): void {
  const S = matrix.numColumns;
  const A = matrix.values;
  const v = vectors.values.subarray(j * S, (j + 1) * S);
  const w = products.values.subarray(j * S, (j + 1) * S);
  for (let i = from - from % LANES; i < S; i += LANES) {
    for (let a = i; a < i + LANES; a++) {
      w[a]! += A[a * S + a]! * v[a]!;
      for (let b = a + 1; b < i + LANES; b++) {
        const value = A[a * S + b]!;
        w[a]! += value * v[b]!;
        w[b]! += value * v[a]!;
      }
    }
    kernels.addRows(
      addressOf(matrix, i, i + LANES),
      matrix.stride,
      addressOf(vectors, j, i + LANES),
      addressOf(products, j, i + LANES),
      S - i - LANES,
      v[i]!,
      v[i + 1]!,
      v[i + 2]!,
      v[i + 3]!,
      addressOf(products, j, i),
    );
  }
}

/** A − V·Wᵀ − W·Vᵀ from a row and column on. */
function subtractPanel(
  { kernels, matrix, vectors, products, buffers }: ReductionWork,
  from: number,
): void {
  const lanes = { numLanes: matrix.numColumns - from, firstColumn: from };
  const v = lanesInColumns(kernels, vectors, lanes);
  const w = lanesInColumns(kernels, products, lanes);
  subtractProduct(kernels, {
    left: stackSides(v, PANEL_WIDTH, w),
    right: stackSides(w, PANEL_WIDTH, v),
    depth: 2 * PANEL_WIDTH,
    target: matrix,
    firstRow: from,
    firstColumn: from,
    upperOnly: true,
  }, buffers);
}
