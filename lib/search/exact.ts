/**
 * Exact nearest neighbours, in blocks, over descriptors on disk.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import type { Engine } from "../engine/engine.ts";
import { CheckpointError, OptionsError } from "../errors.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import {
  type DescriptorRows,
  MAX_SQUARED_LENGTH,
  squaredDistance,
} from "./descriptor_rows.ts";

/** The nearest database images of every query, nearest first. */
export interface Predictions {
  /** Predictions per query. */
  readonly count: number;
  /** Database indices, `[Q, count]` row-major; -1 where the database has no more. */
  readonly indices: Int32Array;
  /** Squared L2 distances, `[Q, count]` row-major; Infinity where there is no index, NaN where they are not known. */
  readonly distancesSquared: Float64Array;
}

/** How to search. */
export interface ExactSearchOptions {
  /** Predictions per query, at least 1. */
  count: number;
  /** Database index that each query may not find, -1 for none, `[Q]`. */
  ownDatabaseIndex?: Int32Array;
  /** Bytes of queries held at a time, and of products; of the database a quarter of that. */
  blockBytes?: number;
}

const DEFAULT_BLOCK_BYTES = 1 << 24;
/** The database is read once for each block of queries, however small its own blocks are. */
const DATABASE_SHARE = 1 / 4;

/** The unit roundoff of float32. */
const FLOAT32_ROUNDOFF = 2 ** -24;
/** What a term of 2 q·d loses at most to underflow, with subnormals flushed to zero. */
const FLOAT32_UNDERFLOW = 2 ** -122;

/**
 * Finds the database descriptors nearest to every query by squared L2 distance.
 *
 * ‖q‖² + ‖d‖² − 2 q·d comes from the engine in float32 and has an error that is
 * bounded. All that the bound does not rule out is measured again, in double
 * precision, from the rows. So the result is that of a brute-force search in
 * double precision; among equal distances the lowest database index comes first.
 * Memory is a few blocks and the result.
 *
 * @param engine Multiplies the blocks.
 * @param database `[M, F]`.
 * @param queries `[Q, F]`.
 * @returns The predictions of all queries.
 * @throws {OptionsError} If `count` is not an integer of at least 1.
 * @throws {ShapeError} If the two sides have descriptors of different lengths, or `ownDatabaseIndex` another Q.
 * @throws {CheckpointError} If a descriptor is not finite, or longer than 1e19.
 *
 * @example
 * ```ts
 * import {
 *   drain,
 *   rowsInMemory,
 *   searchExact,
 *   startEngine,
 * } from "@whereabouts/whereabouts";
 *
 * const engine = await startEngine({ engine: "wasm" });
 * const database = rowsInMemory(Float32Array.of(1, 0, 0, 1, 0.6, 0.8), 2);
 * const queries = rowsInMemory(Float32Array.of(0.8, 0.6), 2);
 * const { indices } = await drain(
 *   searchExact(engine, database, queries, { count: 2 }),
 * );
 * console.log(indices); // 2, 0
 * await engine.dispose();
 * ```
 *
 * Source: Higham, Accuracy and Stability of Numerical Algorithms, 2002, eq. 3.5 (the bound).
 */
export async function* searchExact(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  database: DescriptorRows,
  queries: DescriptorRows,
  options: ExactSearchOptions,
): AsyncGenerator<ProgressEvent, Predictions> {
  checkSearch(database, queries, options);
  const { count, ownDatabaseIndex, blockBytes = DEFAULT_BLOCK_BYTES } = options;
  const predictions: Predictions = {
    count,
    indices: new Int32Array(queries.numRows * count).fill(-1),
    distancesSquared: new Float64Array(queries.numRows * count).fill(Infinity),
  };
  const bytes = Math.min(blockBytes, engine.maxTensorBytes);
  const queryRows = rowsPerBlock(bytes, queries.rowLength);
  const databaseRows = rowsPerBlock(bytes * DATABASE_SHARE, queries.rowLength);
  const numBlocks = Math.ceil(queries.numRows / queryRows) *
    Math.ceil(database.numRows / databaseRows);
  let done = 0;
  yield progress("search", done, queries.numRows);
  for (let q = 0; q < queries.numRows; q += queryRows) {
    const asked = readBlock("query", queries, q, queryRows);
    for (let m = 0; m < database.numRows; m += databaseRows) {
      const searched = readBlock("database", database, m, databaseRows);
      const products = await engine.products(
        asked.values,
        searched.values,
        queries.rowLength,
      ); // [A, B]
      mergeBlock(predictions, asked, searched, products, ownDatabaseIndex);
      const share = ++done / numBlocks;
      yield progress(
        "search",
        Math.floor(share * queries.numRows),
        queries.numRows,
      );
    }
  }
  return predictions;
}

function checkSearch(
  database: DescriptorRows,
  queries: DescriptorRows,
  { count, ownDatabaseIndex }: ExactSearchOptions,
): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new OptionsError(`Cannot search for ${count} predictions`, {
      where: "option count",
      fix: "pass an integer >= 1",
    });
  }
  const { F } = checkShape(
    "database",
    [database.numRows, database.rowLength],
    "M F",
  );
  const { Q } = checkShape(
    "queries",
    [queries.numRows, queries.rowLength],
    "Q F",
    { F },
  );
  if (ownDatabaseIndex) {
    checkShape("ownDatabaseIndex", [ownDatabaseIndex.length], "Q", { Q });
  }
}

/** As many rows as keep a side, and the products of two such sides, within `bytes`. */
function rowsPerBlock(bytes: number, rowLength: number): number {
  const values = bytes / Float32Array.BYTES_PER_ELEMENT;
  return Math.max(1, Math.floor(Math.min(values / rowLength, values ** 0.5)));
}

/** Some consecutive rows of one side. */
interface Block {
  firstRow: number;
  numRows: number;
  rowLength: number;
  /** `[numRows, rowLength]`. */
  values: Float32Array;
  /** ‖x‖² of each row, in double precision, `[numRows]`. */
  squaredLengths: Float64Array;
}

function readBlock(
  side: string,
  rows: DescriptorRows,
  firstRow: number,
  blockRows: number,
): Block {
  const { rowLength } = rows;
  const numRows = Math.min(blockRows, rows.numRows - firstRow);
  const values = rows.read(firstRow, numRows);
  const squaredLengths = new Float64Array(numRows);
  for (let row = 0; row < numRows; row++) {
    const start = row * rowLength;
    let sum = 0;
    for (let i = start; i < start + rowLength; i++) sum += values[i]! ** 2;
    if (!(sum < MAX_SQUARED_LENGTH)) {
      throw new CheckpointError(
        `Cannot search with a descriptor of squared length ${sum}`,
        {
          where: `${side} descriptor ${firstRow + row}`,
          fix: "describe the images with weights that give finite descriptors",
        },
      );
    }
    squaredLengths[row] = sum;
  }
  return { firstRow, numRows, rowLength, values, squaredLengths };
}

/** Puts what is near enough in a block of the database among the predictions of a block of queries. */
function mergeBlock(
  { count, indices, distancesSquared }: Predictions,
  asked: Block,
  searched: Block,
  products: Float32Array,
  ownDatabaseIndex: Int32Array | undefined,
): void {
  const { rowLength: F } = asked;
  const B = searched.numRows;
  const possible = new Int32Array(B);
  for (let a = 0; a < asked.numRows; a++) {
    const query = asked.firstRow + a;
    const [start, end] = [query * count, (query + 1) * count];
    const found = indices.subarray(start, end);
    const nearest = distancesSquared.subarray(start, end);
    const asks = {
      squaredLength: asked.squaredLengths[a]!,
      own: (ownDatabaseIndex?.[query] ?? -1) - searched.firstRow,
      products: products.subarray(a * B, (a + 1) * B),
    };
    const numPossible = listPossible(asks, searched, nearest.slice(), possible);
    for (const b of possible.subarray(0, numPossible)) {
      const place = insertAscending(
        nearest,
        squaredDistance(asked.values, a * F, searched.values, b * F, F),
      );
      if (place === count) continue;
      found.copyWithin(place + 1, place);
      found[place] = searched.firstRow + b;
    }
  }
}

/**
 * Lists the rows of a block that may be among the nearest of one query.
 *
 * Each float32 product gives a distance from below and one from above. What is
 * further, seen from below, than `count` others seen from above is out.
 *
 * @param query Its squared length, its own row in this block, and its products with the block, `[B]`.
 * @param nearest Distances from above, ascending; starts with what was found before, is changed.
 * @param possible Filled with rows of the block, ascending.
 * @returns How many there are.
 */
function listPossible(
  query: { squaredLength: number; own: number; products: Float32Array },
  { numRows, rowLength, squaredLengths }: Block,
  nearest: Float64Array,
  possible: Int32Array,
): number {
  const { squaredLength, own, products } = query;
  const last = nearest.length - 1;
  const terms = (rowLength + 2) * FLOAT32_ROUNDOFF;
  const relative = terms / (1 - terms);
  const absolute = rowLength * FLOAT32_UNDERFLOW;
  let numPossible = 0;
  for (let b = 0; b < numRows; b++) {
    const lengths = squaredLength + squaredLengths[b]!;
    const distance = lengths - 2 * products[b]!;
    const error = relative * lengths + absolute; // 2 ‖q‖ ‖d‖ ≤ ‖q‖² + ‖d‖²
    if (distance - error > nearest[last]! || b === own) continue;
    possible[numPossible++] = b;
    insertAscending(nearest, distance + error);
  }
  return numPossible;
}

/**
 * Puts a value into an ascending list, after those equal to it; the last falls out.
 *
 * @returns Its place; the length of the list if it is not among them.
 */
function insertAscending(values: Float64Array, value: number): number {
  let place = values.length;
  while (place > 0 && value < values[place - 1]!) place--;
  if (place === values.length) return place;
  values.copyWithin(place + 1, place);
  values[place] = value;
  return place;
}
