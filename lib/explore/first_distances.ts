/**
 * How near the first predictions of a report were, right ones and wrong ones: what a distance is worth.
 *
 * @module
 */
import type { ReportGallery } from "../report/report_data.ts";

/** Descriptor distances of the first predictions of a report, ascending. */
export interface FirstDistances {
  right: readonly number[];
  wrong: readonly number[];
}

/** What became of the queries of a report whose first prediction was about as near. */
export interface SimilarQueries {
  /** How many they are. */
  among: number;
  /** How many of them were right. */
  right: number;
  /** Distances of the nearest and the farthest of them. */
  from: number;
  to: number;
}

/** Queries that are looked at: enough for a fraction in steps of 5 %. */
const MOST_SIMILAR = 20;

/** Reads the distances of first predictions from a report. */
export function readFirstDistances(
  { count, predictions, distances, correct }: Pick<
    ReportGallery,
    "count" | "predictions" | "distances" | "correct"
  >,
): FirstDistances {
  const found: Record<keyof FirstDistances, number[]> = {
    right: [],
    wrong: [],
  };
  for (let first = 0; first < predictions.length; first += count) {
    if (predictions[first]! < 0) continue;
    found[correct[first] === "1" ? "right" : "wrong"].push(distances[first]!);
  }
  const ascending = (values: number[]): number[] =>
    values.sort((a, b) => a - b);
  return { right: ascending(found.right), wrong: ascending(found.wrong) };
}

/**
 * Finds the queries whose first prediction was about as near as `distance`: the 20 with the most
 * similar distance, or all if there are fewer.
 *
 * @returns Null if there are none, or if `distance` lies outside of all distances: then nothing is known.
 */
export function findSimilarQueries(
  { right, wrong }: FirstDistances,
  distance: number,
): SimilarQueries | null {
  const known = [
    ...right.map((value) => ({ value, isRight: true })),
    ...wrong.map((value) => ({ value, isRight: false })),
  ].sort((a, b) => a.value - b.value);
  if (!(distance >= known[0]?.value! && distance <= known.at(-1)?.value!)) {
    return null;
  }
  const away = ({ value }: { value: number }): number =>
    Math.abs(value - distance);
  const similar = known.toSorted((a, b) => away(a) - away(b))
    .slice(0, MOST_SIMILAR);
  const values = similar.map(({ value }) => value);
  return {
    among: similar.length,
    right: similar.filter(({ isRight }) => isRight).length,
    from: Math.min(...values),
    to: Math.max(...values),
  };
}
