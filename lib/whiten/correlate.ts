/**
 * Sums of products of centred descriptors: over dimensions for each two descriptors,
 * or over descriptors for each two dimensions.
 *
 * The engine multiplies up to 1024 terms at a time in float32; these sums are added
 * in double precision.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import {
  type CenteredBlock,
  type CenteredRows,
  takeColumns,
  turnColumns,
} from "./centered_rows.ts";

/** What multiplies. */
export type Multiplier = Pick<Engine, "products" | "maxTensorBytes">;

/** Where sums go: the upper triangle of a matrix, all zero at first. */
export interface Target {
  values: Float64Array;
  /** Values from a row to the next. */
  stride: number;
}

/** Terms that are added in float32. */
const DEPTH = 1024;
/** Dimensions on each side of a product. */
const TILE = 1024;
const PHASE = "correlate descriptors";

/** X·Xᵀ, `[n, n]`: a block of descriptors meets itself and all after it. */
export async function* correlateRows(
  engine: Multiplier,
  rows: CenteredRows,
  target: Target,
): AsyncGenerator<ProgressEvent, void> {
  const { numRows, blockRows } = rows;
  const numBlocks = Math.ceil(numRows / blockRows);
  const numPairs = numBlocks * (numBlocks + 1) / 2;
  let done = 0;
  yield progress(PHASE, done, numPairs);
  for (let i = 0; i < numRows; i += blockRows) {
    const left = rows.read(i);
    for (let j = i; j < numRows; j += blockRows) {
      const right = j === i ? left : rows.read(j);
      await multiplyRows(engine, left, right, target);
      yield progress(PHASE, ++done, numPairs);
    }
  }
}

async function multiplyRows(
  engine: Multiplier,
  left: CenteredBlock,
  right: CenteredBlock,
  target: Target,
): Promise<void> {
  const F = left.values.length / left.numRows;
  for (let from = 0; from < F; from += DEPTH) {
    const depth = Math.min(DEPTH, F - from);
    const a = takeColumns(left, from, depth);
    const b = left === right ? a : takeColumns(right, from, depth);
    const most = Math.floor(engine.maxTensorBytes / 4 / right.numRows);
    const step = Math.max(1, Math.min(left.numRows, most));
    for (let row = 0; row < left.numRows; row += step) {
      const some = a.subarray(row * depth, (row + step) * depth);
      const sums = await engine.products(some, b, depth);
      addTo(target, sums, left.firstRow + row, right);
    }
  }
}

/** Xᵀ·X, `[F, F]`: some descriptors after the other. */
export async function* correlateColumns(
  engine: Multiplier,
  rows: CenteredRows,
  target: Target,
): AsyncGenerator<ProgressEvent, void> {
  const { numRows, rowLength: F } = rows;
  yield progress(PHASE, 0, numRows);
  for (let first = 0; first < numRows; first += rows.blockRows) {
    const block = rows.read(first);
    for (let from = 0; from < block.numRows; from += DEPTH) {
      const numRows = Math.min(DEPTH, block.numRows - from);
      const values = block.values.subarray(from * F, (from + numRows) * F);
      await multiplyColumns(engine, { ...block, numRows, values }, target);
    }
    yield progress(PHASE, first + block.numRows, numRows);
  }
}

async function multiplyColumns(
  engine: Multiplier,
  block: CenteredBlock,
  target: Target,
): Promise<void> {
  const F = block.values.length / block.numRows;
  const tile = Math.min(TILE, Math.floor(Math.sqrt(engine.maxTensorBytes / 4)));
  const tiles: { first: number; count: number; values: Float32Array }[] = [];
  for (let first = 0; first < F; first += tile) {
    const count = Math.min(tile, F - first);
    tiles.push({ first, count, values: turnColumns(block, first, count) });
  }
  for (const [i, left] of tiles.entries()) {
    for (const right of tiles.slice(i)) {
      const sums = await engine.products(
        left.values,
        right.values,
        block.numRows,
      );
      addTo(target, sums, left.first, {
        firstRow: right.first,
        numRows: right.count,
      });
    }
  }
}

/** Adds sums `[…, numRows]` at a row and a column. */
function addTo(
  { values, stride }: Target,
  sums: Float32Array,
  row: number,
  { firstRow: column, numRows: width }: Pick<
    CenteredBlock,
    "firstRow" | "numRows"
  >,
): void {
  for (let at = 0, to = row * stride + column; at < sums.length; to += stride) {
    for (let i = 0; i < width; i++) values[to + i]! += sums[at++]!;
  }
}
