/**
 * The queries of a training set: which of them can be learned from, and from what.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { findWithinRadius, type Neighbors } from "../data/radius.ts";
import { DatasetError } from "../errors.ts";
import { note, type NoteEvent } from "../progress.ts";

/** What mining knows of the positions of a training set. */
export interface TrainQueries {
  /** Queries that have a potential positive and a negative, ascending. */
  indices: number[];
  /** Database indices of the potential positives of each query. */
  potentialPositives: Neighbors;
  /** Database indices of each query that are no negatives. */
  nearby: Neighbors;
}

/**
 * Finds the queries that can be learned from.
 *
 * @yields A note that counts those that cannot.
 * @throws {DatasetError} If there are none; it says whether positives or negatives are missing.
 */
export function* listTrainQueries(
  dataset: PlaceDataset,
): Generator<NoteEvent, TrainQueries> {
  const { queries, database, ownDatabaseIndex } = dataset;
  if (dataset.unit === "lists") {
    throw new DatasetError("Cannot train: a dataset says only what is right", {
      where: `${dataset.name}, split ${dataset.split}`,
      fix: "train on a dataset with positions, frames or classes",
    });
  }
  const [minRadius, maxRadius] = dataset.potentialPositiveRing;
  const potentialPositives = findWithinRadius(queries, database, maxRadius, {
    minRadius,
    ...(ownDatabaseIndex && { leaveOut: ownDatabaseIndex }),
  });
  const nearby = findWithinRadius(queries, database, dataset.positiveRadius);
  const numDatabase = database.paths.length;
  const all = queries.paths.map((_, query) => query);
  const withPositive = all.filter((query) =>
    listOf(potentialPositives, query).length > 0
  );
  const indices = withPositive.filter((query) =>
    listOf(nearby, query).length < numDatabase
  );
  if (indices.length === 0) {
    throw withPositive.length === 0
      ? lacksPositives(dataset)
      : lacksNegatives(dataset);
  }
  const left = all.length - indices.length;
  if (left > 0) {
    const near = dataset.unit === "classes"
      ? "of their class"
      : `within ${nameRing(dataset)}`;
    yield note(
      `${left} of ${all.length} training queries have no database image ${near}, or no negative; they are left out`,
    );
  }
  return { indices, potentialPositives, nearby };
}

function nameRing({ potentialPositiveRing, unit }: PlaceDataset): string {
  const [min, max] = potentialPositiveRing;
  return `${min} to ${max} ${unit} (potential positives)`;
}

function lacksPositives(dataset: PlaceDataset): DatasetError {
  const isOfClasses = dataset.unit === "classes";
  const near = isOfClasses ? "images of its class" : nameRing(dataset);
  return new DatasetError("Cannot train: no query has a potential positive", {
    where: `${dataset.name}, split ${dataset.split}, ${near}`,
    fix: isOfClasses
      ? "give classes of two or more images"
      : "widen potentialPositiveRing, or check the positions",
  });
}

function lacksNegatives(
  { name, split, positiveRadius, unit }: PlaceDataset,
): DatasetError {
  const isOfClasses = unit === "classes";
  const far = isOfClasses
    ? "images of other classes"
    : `beyond ${positiveRadius} ${unit}`;
  return new DatasetError("Cannot train: no query has a negative", {
    where: `${name}, split ${split}, ${far}`,
    fix: isOfClasses
      ? "give two classes or more"
      : "add database images of other places, or lower positiveRadius",
  });
}

/** The list of one query. */
export function listOf(
  { offsets, indices }: Neighbors,
  query: number,
): Int32Array {
  return indices.subarray(offsets[query], offsets[query + 1]);
}
