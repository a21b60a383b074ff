/**
 * Eigenvectors of a tridiagonal matrix to those of the matrix it was made from.
 *
 * @module
 */
import {
  addressOf,
  type Float64Kernels,
  type Matrix,
} from "./float64_memory.ts";
import {
  lanesInColumns,
  lanesInRows,
  type PanelBuffers,
  subtractProduct,
} from "./tile_products.ts";

/** Reflections that are applied as one product; a multiple of 4. */
export const BLOCK_WIDTH = 64;

/** What is turned, and what with. */
export interface TurnWork {
  kernels: Float64Kernels;
  /** Vector of reflection c in row c, `[S, S]`. */
  reflections: Matrix;
  /** Vectors to turn, one in each row, `[P', S]`. */
  vectors: Matrix;
  /** `[BLOCK_WIDTH, S]` */
  turned: Matrix;
  /** `[P', BLOCK_WIDTH]` */
  along: Matrix;
  buffers: PanelBuffers;
}

/**
 * Applies reflections 1 − τ·v·vᵀ to vectors, the last one first.
 *
 * @param factors τ of each reflection.
 * @yields How many reflections are done.
 *
 * Source: Schreiber and Van Loan, A storage-efficient WY representation for products
 * of Householder transformations, 1989.
 */
export function* turnBack(
  work: TurnWork,
  factors: Float64Array,
): Generator<number, void> {
  const last = Math.ceil(factors.length / BLOCK_WIDTH) - 1;
  for (let block = last; block >= 0; block--) {
    applyBlock(work, factors, block * BLOCK_WIDTH);
    yield factors.length - block * BLOCK_WIDTH;
  }
}

/** Zᵀ − (Zᵀ·V)·(V·T)ᵀ, for the reflections V from `first` on. */
function applyBlock(
  work: TurnWork,
  factors: Float64Array,
  first: number,
): void {
  const { kernels, reflections, vectors, turned, along, buffers } = work;
  const S = reflections.numColumns;
  const width = Math.min(BLOCK_WIDTH, S - first);
  turnReflections(work, factors, first, width);
  along.values.fill(0);
  subtractProduct(kernels, {
    left: lanesInRows(kernels, vectors, {
      numLanes: vectors.numRows,
      firstColumn: first,
    }),
    right: lanesInRows(kernels, reflections, {
      numLanes: width,
      firstRow: first,
      firstColumn: first,
    }),
    depth: S - first,
    target: along, // −Zᵀ·V
    firstRow: 0,
    firstColumn: 0,
  }, buffers);
  subtractProduct(kernels, {
    left: lanesInRows(kernels, along, { numLanes: vectors.numRows }),
    right: lanesInColumns(kernels, turned, {
      numLanes: S - first,
      firstColumn: first,
    }),
    depth: width,
    target: vectors,
    firstRow: 0,
    firstColumn: first,
  }, buffers);
}

/** Writes −(V·T)ᵀ to `turned`, where 1 − V·T·Vᵀ is the product of some reflections. */
function turnReflections(
  { kernels, reflections, turned }: TurnWork,
  factors: Float64Array,
  first: number,
  width: number,
): void {
  const length = reflections.numColumns - first;
  const T = combineFactors(
    factors.subarray(first, first + width),
    (i, j) =>
      kernels.dot(
        addressOf(reflections, first + i, first),
        addressOf(reflections, first + j, first),
        length,
      ),
  );
  turned.values.fill(0);
  T.forEach((column, j) =>
    column.forEach((value, i) =>
      kernels.addScaled(
        addressOf(turned, j, first),
        addressOf(reflections, first + i, first),
        -value,
        length,
      )
    )
  );
}

/** The triangle T, column by column. */
function combineFactors(
  factors: Float64Array,
  dot: (i: number, j: number) => number,
): number[][] {
  const columns: number[][] = [];
  factors.forEach((factor, j) => {
    const along = columns.map((_, i) => dot(i, j));
    const column = along.map((_, i) => {
      let sum = 0;
      for (let k = i; k < j; k++) sum += columns[k]![i]! * along[k]!;
      return -factor * sum;
    });
    columns.push([...column, factor]);
  });
  return columns;
}
