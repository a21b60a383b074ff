/**
 * The database as seen from a query.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import type { ListedTruth, PlaceDataset } from "./dataset.ts";
import { listNeighbors } from "./radius.ts";

/** A database image and how far it is from a query. */
export interface DistantImage {
  /** Database index. */
  index: number;
  /** In the unit of the dataset. */
  distance: number;
  /** Whether it is within the evaluation radius. */
  isPositive: boolean;
}

/**
 * Lists the database images by their distance from a query, nearest first; of equal ones
 * the first comes first. The query itself is left out where it is in the database. Where the truth is
 * lists, what is right is at 0, all else at 1, and what is ignored is left out.
 *
 * @param query Query index.
 * @throws {OptionsError} If there is no such query.
 */
export function listByDistance(
  { database, queries, positiveRadius, ownDatabaseIndex, truth }: PlaceDataset,
  query: number,
): DistantImage[] {
  const Q = queries.paths.length;
  if (!(Number.isInteger(query) && query >= 0 && query < Q)) {
    throw new OptionsError(`Cannot find the query ${query}`, {
      where: "argument query",
      fix: `pass an integer from 0 to ${Q - 1}`,
    });
  }
  const east = queries.eastMeters[query]!;
  const north = queries.northMeters[query]!;
  const own = ownDatabaseIndex?.[query] ?? -1;
  if (truth) return listByTruth(truth, query, database.paths.length);
  return database.paths.map((_, index): DistantImage => {
    const distanceSquared = (database.eastMeters[index]! - east) ** 2 +
      (database.northMeters[index]! - north) ** 2;
    return {
      index,
      distance: Math.sqrt(distanceSquared),
      isPositive: distanceSquared <= positiveRadius ** 2,
    };
  }).filter(({ index }) => index !== own)
    .sort((a, b) => a.distance - b.distance || a.index - b.index);
}

/** What is right at a distance of 0, all else at 1; without what is ignored. */
function listByTruth(
  { positives, ignored }: ListedTruth,
  query: number,
  numImages: number,
): DistantImage[] {
  const right = new Set(listNeighbors(positives, query));
  const leftOut = new Set(listNeighbors(ignored, query));
  return Array.from({ length: numImages }, (_, index): DistantImage => {
    const isPositive = right.has(index);
    return { index, distance: isPositive ? 0 : 1, isPositive };
  }).filter(({ index }) => !leftOut.has(index))
    .sort((a, b) => a.distance - b.distance);
}
