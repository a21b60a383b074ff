/**
 * Which database images are right for a query.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import {
  findWithinRadius,
  listNeighbors,
  type Neighbors,
  toNeighbors,
} from "../data/radius.ts";

/**
 * Finds the positives of every query: those that the dataset lists, or the database images
 * within its evaluation radius, but for the query itself.
 *
 * @param headingLimit Largest difference of headings in degrees, inclusive; null for none. Where one of the two is not known, only the radius counts.
 */
export function findPositives(
  dataset: PlaceDataset,
  headingLimit: number | null = null,
): Neighbors {
  const { queries, database, positiveRadius, ownDatabaseIndex } = dataset;
  if (dataset.truth) return dataset.truth.positives;
  const near = findWithinRadius(queries, database, positiveRadius, {
    ...(ownDatabaseIndex && { leaveOut: ownDatabaseIndex }),
  });
  const [asked, searched] = [queries.headingDegrees, database.headingDegrees];
  if (headingLimit === null || !asked || !searched) return near;
  const lists = queries.paths.map((_, query) =>
    listNeighbors(near, query).filter((index) =>
      !(turnBetween(asked[query]!, searched[index]!) > headingLimit)
    )
  );
  return toNeighbors(lists);
}

/** Degrees between two headings, 0 to 180; NaN if one is not known. */
function turnBetween(one: number, other: number): number {
  const turn = Math.abs(one - other) % 360;
  return Math.min(turn, 360 - turn);
}
