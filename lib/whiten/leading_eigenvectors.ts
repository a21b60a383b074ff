/**
 * The leading eigenvectors of a symmetric matrix, in double precision.
 *
 * @module
 */
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import {
  createFloat64Memory,
  type Float64Memory,
  type Matrix,
  padToLanes,
} from "./float64_memory.ts";
import { type PanelBuffers, shapeBuffers } from "./tile_products.ts";
import { largestEigenvalues } from "./tridiagonal_values.ts";
import { findEigenvectors } from "./tridiagonal_vectors.ts";
import { PANEL_WIDTH, tridiagonalize } from "./tridiagonalize.ts";
import { BLOCK_WIDTH, turnBack } from "./turn_back.ts";

/** A symmetric matrix to be filled, and place for its eigenvectors. */
export interface EigenProblem {
  /** Rows of the matrix. */
  order: number;
  /** How many eigenvectors are wanted. */
  count: number;
  /** The upper triangle of the matrix, row by row, `stride` values apart; all zero at first. */
  values: Float64Array;
  /** Values from a row to the next, at least `order`. */
  stride: number;
  /** For `solveEigenProblem` alone. */
  readonly work: EigenWork;
}

/** What the steps work with. */
interface EigenWork {
  memory: Float64Memory;
  matrix: Matrix;
  vectors: Matrix;
  panels: Matrix[];
  along: Matrix;
  buffers: PanelBuffers;
}

/** Eigenvalues and eigenvectors, the largest first. */
export interface LeadingEigenvectors {
  /** `[count]` */
  values: Float64Array;
  /** Row i, `[order]`; of unit length and orthogonal to the others. */
  vector(i: number): Float64Array;
}

/**
 * Sets memory aside for a problem: 8·order·(order + count) bytes and a little.
 *
 * @param order Rows of the matrix.
 * @param count Eigenvectors that are wanted, at most `order`.
 * @throws {OptionsError} If there is not that much memory.
 */
export function createEigenProblem(
  order: number,
  count: number,
): EigenProblem {
  const S = padToLanes(order);
  const rows = padToLanes(count);
  const buffers = shapeBuffers([
    { lanes: S, depth: 2 * PANEL_WIDTH },
    { lanes: S, depth: BLOCK_WIDTH },
  ]);
  const memory = createFloat64Memory([
    [S, S],
    [rows, S],
    [BLOCK_WIDTH, S],
    [PANEL_WIDTH, S],
    [PANEL_WIDTH, S],
    [rows, BLOCK_WIDTH],
    buffers.left,
    buffers.right,
  ]);
  const [matrix, vectors, turned, reflections, products, along, left, right] =
    memory.matrices as Matrix[];
  return {
    order,
    count,
    values: matrix!.values,
    stride: S,
    work: {
      memory,
      matrix: matrix!,
      vectors: vectors!,
      panels: [turned!, reflections!, products!],
      along: along!,
      buffers: { left: left!, right: right! },
    },
  };
}

/**
 * Solves a problem, whose matrix is used up: the matrix is made tridiagonal by
 * reflections, that one's eigenvalues are found by bisection and its eigenvectors by
 * inverse iteration, and these are reflected back.
 *
 * Values are exact to about 1e-15 of the largest, vectors to that over the distance to the
 * next value, and orthogonal to 1e-7 or better.
 *
 * @param random Vectors that inverse iteration starts from.
 * @yields Progress, in permille of the whole.
 */
export function* solveEigenProblem(
  problem: EigenProblem,
  random: Random,
): Generator<ProgressEvent, LeadingEigenvectors> {
  const { order, count, work } = problem;
  const { memory: { kernels }, matrix, vectors, buffers } = work;
  const [turned, reflections, products] = work.panels as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const reduction = yield* report(
    tridiagonalize(
      { kernels, matrix, vectors: reflections, products, buffers },
      order,
    ),
    (rows) => REDUCTION_SHARE * (1 - (1 - rows / order) ** 3),
  );
  const values = yield* report(
    largestEigenvalues(reduction, count),
    () => REDUCTION_SHARE,
  );
  yield* report(
    findEigenvectors(reduction, values, vectors, kernels, random),
    () => REDUCTION_SHARE,
  );
  yield* report(
    turnBack({
      kernels,
      reflections: matrix,
      vectors,
      turned,
      along: work.along,
      buffers,
    }, reduction.factors),
    (done) => REDUCTION_SHARE + (1 - REDUCTION_SHARE) * (done / order) ** 2,
  );
  const S = vectors.numColumns;
  return {
    values,
    vector: (i) => vectors.values.subarray(i * S, i * S + order),
  };
}

/** What the reduction takes of the time, about. */
const REDUCTION_SHARE = 0.7;
const PERMILLE = 1000;

/** Progress of a step, in permille of the whole. */
function* report<Result>(
  step: Generator<number, Result>,
  toShare: (done: number) => number,
): Generator<ProgressEvent, Result> {
  while (true) {
    const { value, done } = step.next();
    if (done) return value;
    const share = Math.floor(PERMILLE * toShare(value));
    yield progress("find eigenvectors", share, PERMILLE);
  }
}
