/**
 * Both sides of a dataset through a model to descriptors on disk.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import type { Describer } from "../model/model.ts";
import type { ProgressEvent } from "../progress.ts";
import {
  createDescriptorFile,
  type DescriptorFile,
} from "../search/descriptor_file.ts";
import { describeImages } from "./describe.ts";
import {
  createFrozenFeatures,
  type FeatureStore,
  type FrozenFeatures,
} from "./frozen_features.ts";

/** Descriptors of a dataset. Their owner declares them with `using`. */
export interface DatasetDescriptors extends Disposable {
  /** `[M, F]` */
  database: DescriptorFile;
  /** `[Q, F]`; the database's where the queries are the database. */
  queries: DescriptorFile;
}

/**
 * Makes a source of frozen features for a dataset: the database images, then the
 * queries where they are others.
 */
export function createDatasetFeatures(
  model: Describer,
  dataset: PlaceDataset,
  images: Partial<ImageOptions>,
  store?: FeatureStore,
): FrozenFeatures {
  const { database, queries } = dataset;
  const sides = queries === database ? [database] : [database, queries];
  const paths = sides.flatMap((side) => side.paths);
  const boxes = sides.some((side) => side.boxes) &&
    sides.flatMap((side) => side.boxes ?? side.paths.map(() => null));
  return createFrozenFeatures(
    model,
    paths,
    { ...images, ...(boxes && { boxes }) },
    store,
  );
}

/**
 * Makes the files that descriptors of a dataset go to.
 *
 * @param folder Where; the files are removed when they are disposed.
 * @param descriptorLength F.
 */
export function createDatasetDescriptors(
  dataset: PlaceDataset,
  folder: string,
  descriptorLength: number,
): DatasetDescriptors {
  const create = (role: "database" | "queries"): DescriptorFile =>
    createDescriptorFile(
      join(folder, `${dataset.split}_${role}.f32`),
      [dataset[role].paths.length, descriptorLength],
      { temporary: true },
    );
  const database = create("database");
  const isOne = dataset.queries === dataset.database;
  const queries = isOne ? database : create("queries");
  return {
    database,
    queries,
    [Symbol.dispose]: () => {
      database.close();
      if (!isOne) queries.close();
    },
  };
}

/**
 * Describes a dataset.
 *
 * @param source Made by `createDatasetFeatures`.
 * @param target Made by `createDatasetDescriptors`.
 * @param batchSize Images per batch, at most.
 */
export async function* describeDataset(
  model: Describer,
  source: FrozenFeatures,
  target: DatasetDescriptors,
  batchSize: number,
): AsyncGenerator<ProgressEvent, void> {
  const { database, queries } = target;
  yield* describeImages(model, source, {
    firstImage: 0,
    rows: database,
    batchSize,
    phase: "describe database",
  });
  if (queries === database) return;
  yield* describeImages(model, source, {
    firstImage: database.numRows,
    rows: queries,
    batchSize,
    phase: "describe queries",
  });
}
