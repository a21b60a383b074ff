/**
 * From what a search found to the predictions that a protocol looks at: without what the truth
 * ignores, and with one cutout of each panorama.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import { listNeighbors, type Neighbors } from "../data/radius.ts";
import type { Predictions } from "../search/exact.ts";
import type { StatedProtocol } from "./protocols.ts";

/** Views that a panorama is cut into. */
const CUTOUTS = 12;

/** Which predictions are left out. */
export interface Selection {
  /** Panorama of each database image, if only the nearest cutout of each counts, `[M]`. */
  panoramas?: Int32Array;
  /** Database images that are left out, Q lists. */
  ignored?: Neighbors;
}

/** What a protocol leaves out of the predictions of a dataset. */
export function createSelection(
  { database, truth }: PlaceDataset,
  { suppress }: Pick<StatedProtocol, "suppress">,
): Selection {
  return {
    ...(suppress === "panorama" && { panoramas: groupPanoramas(database) }),
    ...(truth && { ignored: truth.ignored }),
  };
}

/**
 * Tells which images are cutouts of one panorama: those at one position, 12 at a time in the
 * order of the list. So two panoramas that were taken at one position stay two.
 *
 * @returns A number for each image that those of its panorama share, `[M]`.
 *
 * Source: Relja Arandjelović's netvlad, dbTokyo247.m, nnSearchPostprocess, where image i is of panorama ⌊i / 12⌋.
 */
export function groupPanoramas(
  { eastMeters, northMeters }: Pick<PlaceImages, "eastMeters" | "northMeters">,
): Int32Array {
  const growing = new Map<string, { panorama: number; size: number }>();
  let numPanoramas = 0;
  return Int32Array.from(eastMeters, (east, i) => {
    const position = `${east} ${northMeters[i]}`;
    const last = growing.get(position);
    if (last && last.size < CUTOUTS) {
      last.size++;
      return last.panorama;
    }
    growing.set(position, { panorama: numPanoramas, size: 1 });
    return numPanoramas++;
  });
}

/**
 * Tells how many predictions must be searched for, so that `count` are left whatever they are.
 *
 * The nearest of `count` panoramas is among them in the worst case where all cutouts of the
 * largest `count − 1` come before it.
 */
export function searchDepth(
  { panoramas, ignored }: Selection,
  count: number,
): number {
  const depth = panoramas ? depthOfPanoramas(panoramas, count) : count;
  return depth + (ignored ? longestList(ignored) : 0);
}

function depthOfPanoramas(panoramas: Int32Array, count: number): number {
  const sizes: number[] = [];
  for (const panorama of panoramas) {
    sizes[panorama] = (sizes[panorama] ?? 0) + 1;
  }
  const largest = sizes.sort((a, b) => b - a).slice(0, count - 1);
  return Math.max(count, largest.reduce((sum, size) => sum + size, 1));
}

function longestList({ offsets }: Neighbors): number {
  let longest = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    longest = Math.max(longest, offsets[i + 1]! - offsets[i]!);
  }
  return longest;
}

/**
 * Leaves out of predictions what a selection says.
 *
 * @param found At least `searchDepth(selection, count)` predictions of each query, or all there are.
 * @returns The first `count` of each that are left, in their order.
 */
export function selectPredictions(
  found: Predictions,
  { panoramas, ignored }: Selection,
  count: number,
): Predictions {
  const Q = found.indices.length / found.count;
  const kept: Predictions = {
    count,
    indices: new Int32Array(Q * count).fill(-1),
    distancesSquared: new Float64Array(Q * count).fill(Infinity),
  };
  for (let query = 0; query < Q; query++) {
    const leftOut = new Set(ignored ? listNeighbors(ignored, query) : []);
    const seen = new Set<number>();
    let place = query * count;
    const last = place + count;
    for (let at = query * found.count; at < (query + 1) * found.count; at++) {
      const index = found.indices[at]!;
      if (place === last || index < 0) break;
      const panorama = panoramas?.[index] ?? index;
      if (leftOut.has(index) || seen.has(panorama)) continue;
      seen.add(panorama);
      kept.indices[place] = index;
      kept.distancesSquared[place] = found.distancesSquared[at]!;
      place++;
    }
  }
  return kept;
}
