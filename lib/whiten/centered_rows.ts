/**
 * Descriptors less their mean, in blocks that keep memory constant.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { DescriptorRows } from "../search/descriptor_rows.ts";

/** Bytes of a block of rows, unless one row is longer. */
const BLOCK_BYTES = 1 << 26;

/** Some consecutive rows less the mean. */
export interface CenteredBlock {
  firstRow: number;
  numRows: number;
  /** `[numRows, F]` */
  values: Float32Array;
}

/** Descriptors and their mean. */
export interface CenteredRows {
  /** n. */
  readonly numRows: number;
  /** F. */
  readonly rowLength: number;
  /** μ, `[F]`. */
  readonly mean: Float64Array;
  /** Rows that are read at once. */
  readonly blockRows: number;
  /** Reads the rows from `firstRow` on, `blockRows` or what is left. */
  read(firstRow: number): CenteredBlock;
}

/**
 * Reads all descriptors once for their mean, in double precision.
 *
 * @throws {CheckpointError} If one is not finite.
 */
export function* centerRows(
  rows: DescriptorRows,
): Generator<ProgressEvent, CenteredRows> {
  const { numRows, rowLength } = rows;
  const blockRows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * rowLength)));
  const mean = new Float64Array(rowLength);
  for (let first = 0; first < numRows; first += blockRows) {
    yield progress("average descriptors", first, numRows);
    const count = Math.min(blockRows, numRows - first);
    const values = rows.read(first, count);
    for (let row = 0; row < count; row++) {
      const one = values.subarray(row * rowLength, (row + 1) * rowLength);
      addFinite(mean, one, first + row);
    }
  }
  for (let f = 0; f < rowLength; f++) mean[f]! /= numRows;
  yield progress("average descriptors", numRows, numRows);
  return {
    numRows,
    rowLength,
    mean,
    blockRows,
    read: (firstRow) => {
      const count = Math.min(blockRows, numRows - firstRow);
      const values = new Float32Array(rows.read(firstRow, count));
      for (let at = 0; at < values.length;) {
        for (let f = 0; f < rowLength; f++) values[at++]! -= mean[f]!;
      }
      return { firstRow, numRows: count, values };
    },
  };
}

function addFinite(sums: Float64Array, row: Float32Array, index: number): void {
  let sum = 0;
  for (let f = 0; f < row.length; f++) {
    sum += Math.abs(row[f]!);
    sums[f]! += row[f]!;
  }
  if (Number.isFinite(sum)) return;
  throw new CheckpointError("Cannot fit a whitening to these descriptors", {
    where: `descriptor ${index} (not all of its values are finite)`,
    fix: "describe the images with weights that give finite descriptors",
  });
}

/**
 * Some columns of a block.
 *
 * @returns `[numRows, count]`
 */
export function takeColumns(
  { values, numRows }: CenteredBlock,
  first: number,
  count: number,
): Float32Array {
  const rowLength = values.length / numRows;
  const taken = new Float32Array(numRows * count);
  for (let row = 0; row < numRows; row++) {
    const start = row * rowLength + first;
    taken.set(values.subarray(start, start + count), row * count);
  }
  return taken;
}

/**
 * Some columns of a block as rows.
 *
 * @returns `[count, numRows]`
 */
export function turnColumns(
  { values, numRows }: CenteredBlock,
  first: number,
  count: number,
): Float32Array {
  const rowLength = values.length / numRows;
  const turned = new Float32Array(count * numRows);
  for (let row = 0; row < numRows; row++) {
    const start = row * rowLength + first;
    for (let f = 0; f < count; f++) {
      turned[f * numRows + row] = values[start + f]!;
    }
  }
  return turned;
}
