/**
 * The database as seen from a query.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import type { PlaceDataset } from "./dataset.ts";

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
 * the first comes first. The query itself is left out where it is in the database.
 *
 * @param query Query index.
 * @throws {OptionsError} If there is no such query.
 */
export function listByDistance(
  { database, queries, positiveRadius, ownDatabaseIndex }: PlaceDataset,
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
