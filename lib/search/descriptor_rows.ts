/**
 * Rows of descriptors, wherever they are, and distances to them.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";

/** Descriptors that are read in slices: what search and mining need of a `DescriptorFile`. */
export interface DescriptorRows {
  /** How many there are. */
  readonly numRows: number;
  /** Length of each, F. */
  readonly rowLength: number;
  /**
   * Reads `count` rows from `firstRow` on.
   *
   * @returns `[count, rowLength]` row-major; only to be read.
   */
  read(firstRow: number, count: number): Float32Array;
}

/** Squared length up to which dot products of rows cannot overflow float32. */
export const MAX_SQUARED_LENGTH = 2 ** 126;

/** A gap between wanted rows that is cheaper to read than to skip. */
const MAX_GAP_BYTES = 1 << 15;
/** The most that is read at once, unless one row is longer. */
const MAX_RUN_BYTES = 1 << 24;

/**
 * Takes values in memory as rows.
 *
 * @param values `[numRows, rowLength]` row-major; not copied.
 * @param rowLength F.
 * @throws {ShapeError} If the values do not make whole rows.
 */
export function rowsInMemory(
  values: Float32Array,
  rowLength: number,
): DescriptorRows {
  const numRows = values.length / rowLength;
  if (!Number.isInteger(numRows)) {
    throw new ShapeError(
      `Cannot take ${values.length} values as rows of ${rowLength}`,
      {
        where: "argument values",
        fix: `pass a multiple of ${rowLength} values`,
      },
    );
  }
  return {
    numRows,
    rowLength,
    read: (firstRow, count) =>
      values.subarray(firstRow * rowLength, (firstRow + count) * rowLength),
  };
}

/**
 * Squared L2 distance of two rows, in double precision.
 *
 * @param aStart Where the row starts in `a`.
 * @param bStart Where the row starts in `b`.
 * @param rowLength F.
 */
export function squaredDistance(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  rowLength: number,
): number {
  let [even, odd] = [0, 0]; // two sums: each addition waits only for its own
  const pairs = rowLength - rowLength % 2;
  for (let i = 0; i < pairs; i += 2) {
    const first = a[aStart + i]! - b[bStart + i]!;
    const second = a[aStart + i + 1]! - b[bStart + i + 1]!;
    even += first * first;
    odd += second * second;
  }
  if (pairs < rowLength) {
    const last = a[aStart + pairs]! - b[bStart + pairs]!;
    even += last * last;
  }
  return even + odd;
}

/**
 * Squared L2 distances from one descriptor to some rows. Rows near each other
 * are read together, and no others but those between them.
 *
 * @param rows Rows, `[M, F]`.
 * @param wanted Row indices, ascending.
 * @param descriptor `[F]`.
 * @returns One distance per wanted row, in double precision.
 */
export function distancesToRows(
  rows: DescriptorRows,
  wanted: ArrayLike<number>,
  descriptor: Float32Array,
): Float64Array {
  const { rowLength } = rows;
  const distances = new Float64Array(wanted.length);
  for (let i = 0; i < wanted.length;) {
    const end = endOfRun(wanted, i, rowLength * 4);
    const firstRow = wanted[i]!;
    const values = rows.read(firstRow, wanted[end - 1]! - firstRow + 1);
    for (; i < end; i++) {
      const start = (wanted[i]! - firstRow) * rowLength;
      distances[i] = squaredDistance(descriptor, 0, values, start, rowLength);
    }
  }
  return distances;
}

/** One past the last wanted row that is read together with the one at `start`. */
function endOfRun(
  wanted: ArrayLike<number>,
  start: number,
  rowBytes: number,
): number {
  let end = start + 1;
  while (
    end < wanted.length &&
    (wanted[end]! - wanted[end - 1]! - 1) * rowBytes <= MAX_GAP_BYTES &&
    (wanted[end]! - wanted[start]! + 1) * rowBytes <= MAX_RUN_BYTES
  ) end++;
  return end;
}
