/**
 * Descriptors of a dataset, projected by PCA.
 *
 * @module
 */
import { join } from "node:path";
import type { DatasetDescriptors } from "../describe/describe_dataset.ts";
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { AppliedWhitening } from "../model/applied_whitening.ts";
import type { Whitening } from "../model/whitening.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import {
  createDescriptorFile,
  type DescriptorFile,
} from "../search/descriptor_file.ts";
import { fitWhitening } from "../whiten/fit_whitening.ts";

/** How descriptors are projected. */
export interface Projection {
  /** Lengths that are wanted. */
  lengths: readonly number[];
  /** Whether components are scaled to variance 1. */
  whiten: boolean;
  /** Folder for the projected ones while they are needed. */
  folder: string;
}

/** Projected descriptors; the leading values of them are those of shorter projections. */
export interface Projected extends Disposable {
  /** `[M, P]` */
  database: DescriptorFile;
  /** `[Q, P]`; the database's where the queries are the database. */
  queries: DescriptorFile;
  /** Lengths that there can be of those that are wanted, the longest first. */
  lengths: number[];
}

/** Descriptors that are projected at a time. */
const BLOCK_BYTES = 1 << 24;

/**
 * Fits PCA to the database and projects both sides.
 *
 * @param descriptors `[M, F]` and `[Q, F]`; not changed.
 * @returns `undefined` if no wanted length is less than F and M. Its owner declares it with `using`.
 */
export async function* projectDescriptors(
  engine: Engine,
  { database, queries }: DatasetDescriptors,
  { lengths, whiten, folder }: Projection,
): AsyncGenerator<ProgressEvent | NoteEvent, Projected | undefined> {
  const { numRows, rowLength } = database;
  const possible = lengths
    .filter((length) => length < Math.min(numRows, rowLength))
    .toSorted((a, b) => b - a);
  const [length] = possible;
  if (length === undefined) return undefined;
  const whitening = yield* fitWhitening(engine, database, { length, whiten });
  using made = new DisposableStack();
  const project = async (rows: DescriptorFile, name: string) => {
    const file = createDescriptorFile(
      join(folder, name),
      [rows.numRows, length],
      { temporary: true },
    );
    made.defer(() => file.close());
    await projectRows(engine, rows, file, whitening);
    return file;
  };
  const first = await project(database, "projected_database.f32");
  const second = queries === database
    ? first
    : await project(queries, "projected_queries.f32");
  const kept = made.move();
  return {
    database: first,
    queries: second,
    lengths: possible,
    [Symbol.dispose]: () => kept.dispose(),
  };
}

async function projectRows(
  engine: Engine,
  rows: DescriptorFile,
  target: DescriptorFile,
  whitening: Whitening,
): Promise<void> {
  const { rowLength: F } = rows;
  const applied = new AppliedWhitening(F, engine);
  applied.set(whitening);
  try {
    const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * F)));
    for (let row = 0; row < rows.numRows; row += step) {
      const count = Math.min(step, rows.numRows - row);
      const values = rows.read(row, count);
      const projected = tf.tidy(() =>
        applied.apply(tf.tensor2d(values, [count, F]))
      );
      target.write(row, await projected.data() as Float32Array);
      projected.dispose();
    }
  } finally {
    applied.dispose();
  }
}
