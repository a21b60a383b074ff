/**
 * Points to be clustered, and their distances to a few others.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { CheckpointError, ShapeError } from "../errors.ts";
import { MAX_SQUARED_LENGTH } from "../search/descriptor_rows.ts";

/** Points to be clustered. */
export interface Points {
  /** `[N, D]` row-major. */
  values: Float32Array;
  /** N. */
  numPoints: number;
  /** D. */
  rowLength: number;
  /** ‖x‖² of each point, in double precision, `[N]`. */
  squaredLengths: Float64Array;
}

/** Squared distances of some consecutive points to all centroids. */
export interface DistanceBlock {
  firstPoint: number;
  /** Points in the block, B. */
  numPoints: number;
  /** `[B, K]` row-major. */
  distancesSquared: Float32Array;
}

/** The most that a block of points, or its distances, takes. */
const MAX_BLOCK_BYTES = 1 << 26;

/**
 * Measures the length of every point. Distances are float32: points whose length is
 * below 1e-16 count as one.
 *
 * @param values `[N, D]` row-major; not copied.
 * @param rowLength D.
 * @throws {ShapeError} If the values do not make whole rows.
 * @throws {CheckpointError} If a point is not finite, or longer than 1e19.
 */
export function preparePoints(values: Float32Array, rowLength: number): Points {
  const numPoints = values.length / rowLength;
  if (!Number.isInteger(numPoints)) {
    throw new ShapeError(
      `Cannot take ${values.length} values as points of ${rowLength}`,
      {
        where: "argument points",
        fix: `pass a multiple of ${rowLength} values`,
      },
    );
  }
  const squaredLengths = measureLengths(values, rowLength);
  const wrong = squaredLengths.findIndex((length) =>
    !(length < MAX_SQUARED_LENGTH)
  );
  if (wrong >= 0) {
    const length = squaredLengths[wrong];
    throw new CheckpointError(
      `Cannot cluster a point of squared length ${length}`,
      {
        where: `point ${wrong}`,
        fix: "use weights that give finite features",
      },
    );
  }
  return { values, numPoints, rowLength, squaredLengths };
}

/**
 * Copies rows.
 *
 * @param values `[N, D]` row-major.
 * @param rowLength D.
 * @param indices Which.
 * @returns `[indices.length, D]`.
 */
export function pickRows(
  values: Float32Array,
  rowLength: number,
  indices: readonly number[],
): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(indices.length * rowLength);
  indices.forEach((index, i) => {
    const row = values.subarray(index * rowLength, (index + 1) * rowLength);
    rows.set(row, i * rowLength);
  });
  return rows;
}

/**
 * Measures all points against centroids, block by block, with one matrix
 * product each. Distances below the rounding error of float32 are 0.
 *
 * @param centroids `[K, D]` row-major.
 */
export async function* measureDistances(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  points: Points,
  centroids: Float32Array,
): AsyncGenerator<DistanceBlock, void> {
  const { values, numPoints, rowLength } = points;
  const centroidLengths = measureLengths(centroids, rowLength);
  const rowBytes = 4 * Math.max(rowLength, centroidLengths.length);
  const blockBytes = Math.min(MAX_BLOCK_BYTES, engine.maxTensorBytes);
  const blockPoints = Math.max(1, Math.floor(blockBytes / rowBytes));
  for (let first = 0; first < numPoints; first += blockPoints) {
    const end = Math.min(first + blockPoints, numPoints);
    const distancesSquared = await engine.products(
      values.subarray(first * rowLength, end * rowLength),
      centroids,
      rowLength,
    ); // [B, K]
    toDistances(
      distancesSquared,
      points.squaredLengths.subarray(first, end),
      centroidLengths,
      rowLength,
    );
    yield { firstPoint: first, numPoints: end - first, distancesSquared };
  }
}

/** Turns x·c into ‖x‖² + ‖c‖² − 2 x·c, in place. */
function toDistances(
  products: Float32Array,
  pointLengths: Float64Array,
  centroidLengths: Float64Array,
  rowLength: number,
): void {
  const roundoff = rowLength * 2 ** -24;
  let at = 0;
  for (const pointLength of pointLengths) {
    for (const centroidLength of centroidLengths) {
      const lengths = pointLength + centroidLength;
      const distance = lengths - 2 * products[at]!;
      products[at++] = distance > roundoff * lengths ? distance : 0;
    }
  }
}

function measureLengths(values: Float32Array, rowLength: number): Float64Array {
  const lengths = new Float64Array(values.length / rowLength);
  for (let row = 0; row < lengths.length; row++) {
    const start = row * rowLength;
    let sum = 0;
    for (let i = start; i < start + rowLength; i++) sum += values[i]! ** 2;
    lengths[row] = sum;
  }
  return lengths;
}
