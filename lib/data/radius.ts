/**
 * Images within a radius of others: positives, potential positives, and what is no negative.
 *
 * @module
 */
import KDBush from "kdbush";
import { OptionsError, ShapeError } from "../errors.ts";

/** Lists of indices, one after the other: those of i are `indices[offsets[i]]` up to `indices[offsets[i + 1] - 1]`. */
export interface Neighbors {
  /** Where each list starts and the last one ends, `[count + 1]`. */
  offsets: Int32Array;
  /** The lists; each is ascending. */
  indices: Int32Array;
}

/** Puts lists of indices one after the other, each ascending and without repetitions. */
export function toNeighbors(lists: readonly Iterable<number>[]): Neighbors {
  const offsets = new Int32Array(lists.length + 1);
  const indices: number[] = [];
  for (const [i, list] of lists.entries()) {
    indices.push(...[...new Set(list)].sort((a, b) => a - b));
    offsets[i + 1] = indices.length;
  }
  return { offsets, indices: Int32Array.from(indices) };
}

/** The list of one image. */
export function listNeighbors(
  { offsets, indices }: Neighbors,
  i: number,
): Int32Array {
  return indices.subarray(offsets[i], offsets[i + 1]);
}

/** What is left out of the lists. */
export interface FindWithinRadiusOptions {
  /** Images at this distance or nearer are left out; 0, the default, leaves out none. */
  minRadius?: number;
  /** For each image of `from` the index that is left out, -1 for none, such as `ownDatabaseIndex`. */
  leaveOut?: Int32Array;
}

/** Where images are. */
export interface Places {
  /** East of each in metres, or what else a dataset counts, float64. */
  eastMeters: Float64Array;
  /** North of each, float64. */
  northMeters: Float64Array;
}

/**
 * Searching a little wider than the radius makes the index agree with the squared
 * distance that decides, whatever it rounds on its way.
 */
const SEARCH_MARGIN = 1 + 1e-9;

/**
 * Finds for each image of `from` the images of `among` at a distance in (minRadius, radius],
 * by squared distance in float64; a `minRadius` of 0 includes distance 0.
 *
 * @param radius Inclusive, in the unit of the positions.
 * @throws {OptionsError} If the radii are no numbers >= 0 in ascending order.
 * @throws {ShapeError} If `leaveOut` has not one index for each image of `from`.
 */
export function findWithinRadius(
  from: Places,
  among: Places,
  radius: number,
  { minRadius = 0, leaveOut }: FindWithinRadiusOptions = {},
): Neighbors {
  const count = from.eastMeters.length;
  checkArguments(radius, minRadius, count, leaveOut);
  const index = createIndex(among);
  const [nearest, farthest] = [minRadius ** 2, radius ** 2];
  const offsets = new Int32Array(count + 1);
  const indices: number[] = [];

  for (let i = 0; i < count; i++) {
    const east = from.eastMeters[i]!;
    const north = from.northMeters[i]!;
    const found = index.within(east, north, radius * SEARCH_MARGIN);
    for (const j of found.sort((a, b) => a - b)) {
      const distanceSquared = (among.eastMeters[j]! - east) ** 2 +
        (among.northMeters[j]! - north) ** 2;
      const isInside = distanceSquared <= farthest &&
        (minRadius === 0 || distanceSquared > nearest);
      if (isInside && j !== leaveOut?.[i]) indices.push(j);
    }
    offsets[i + 1] = indices.length;
  }
  return { offsets, indices: Int32Array.from(indices) };
}

function createIndex({ eastMeters, northMeters }: Places): KDBush {
  const index = new KDBush(eastMeters.length, 64, Float64Array);
  eastMeters.forEach((east, i) => index.add(east, northMeters[i]!));
  return index.finish();
}

function checkArguments(
  radius: number,
  minRadius: number,
  count: number,
  leaveOut: Int32Array | undefined,
): void {
  if (!(minRadius >= 0 && minRadius <= radius && radius < Infinity)) {
    throw new OptionsError("Cannot search a ring between these radii", {
      where: `minRadius is ${minRadius}, radius ${radius}`,
      fix: "give 0 <= minRadius <= radius",
    });
  }
  if (leaveOut !== undefined && leaveOut.length !== count) {
    throw new ShapeError(`Cannot leave out ${leaveOut.length} indices`, {
      where: "argument leaveOut",
      fix: `give one index for each of the ${count} images, -1 for none`,
    });
  }
}
