/**
 * Lloyd's iterations in plain loops and double precision: the oracle for `improveCentroids`.
 *
 * @module
 */
import { squaredDistanceReference } from "../search/exact_reference.ts";

/**
 * Moves centroids to the means of their points, a number of times.
 *
 * An empty cluster takes the point furthest from its centroid; the first among equals.
 *
 * @param points `[N][D]`.
 * @param first `[K][D]`.
 * @returns Centroids, `[K][D]`.
 */
export function improveCentroidsReference(
  points: readonly number[][],
  first: readonly number[][],
  iterations: number,
): number[][] {
  let centroids = first.map((centroid) => [...centroid]);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const clusters = points.map((point) => nearestReference(point, centroids));
    const distances = points.map((point, i) =>
      squaredDistanceReference(point, centroids[clusters[i]!]!)
    );
    const empty = [...centroids.keys()].filter((k) => !clusters.includes(k));
    for (const k of empty) {
      const furthest = distances.indexOf(Math.max(...distances));
      if (distances[furthest] === 0) break;
      clusters[furthest] = k;
      distances[furthest] = 0;
    }
    centroids = centroids.map((centroid, k) => {
      const members = points.filter((_, i) => clusters[i] === k);
      return members.length === 0 ? centroid : meanReference(members);
    });
  }
  return centroids;
}

/** Sum of the squared distances of all points to their nearest centroid. */
export function inertiaReference(
  points: readonly number[][],
  centroids: readonly number[][],
): number {
  return points.reduce(
    (sum, point) =>
      sum +
      squaredDistanceReference(
        point,
        centroids[nearestReference(point, centroids)]!,
      ),
    0,
  );
}

/** The nearest centroid; the first among equals. */
function nearestReference(
  point: readonly number[],
  centroids: readonly number[][],
): number {
  const distances = centroids.map((centroid) =>
    squaredDistanceReference(point, centroid)
  );
  return distances.indexOf(Math.min(...distances));
}

function meanReference(rows: readonly number[][]): number[] {
  return rows[0]!.map((_, d) =>
    rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length
  );
}
