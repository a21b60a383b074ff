/**
 * First centroids for k-means.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import { measureDistances, pickRows, type Points } from "./kmeans_points.ts";

/**
 * Chooses points as first centroids by greedy k-means++.
 *
 * Each next one is drawn with a probability that grows with the squared distance
 * to those already chosen; of 2 + ln K draws the one that lowers the sum of these most is taken.
 *
 * @param points N points of length D, N ≥ K.
 * @param numClusters K.
 * @param random Moved on.
 * @returns `[K, D]`, copies of points.
 *
 * Source: Arthur and Vassilvitskii, k-means++, SODA 2007, section 2.2, and its last section for the draws.
 */
export async function* chooseFirstCentroids(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  points: Points,
  numClusters: number,
  random: Random,
): AsyncGenerator<ProgressEvent, Float32Array> {
  const { values, rowLength, numPoints } = points;
  const numDraws = 2 + Math.floor(Math.log(numClusters));
  const centroids = new Float32Array(numClusters * rowLength);
  let nearest: Float64Array = new Float64Array(numPoints).fill(Infinity);
  yield progress("choose first centroids", 0, numClusters);
  for (let k = 0; k < numClusters; k++) {
    const drawn = k === 0
      ? [random.nextInteger(numPoints)]
      : drawByWeight(nearest, numDraws, random);
    const { place, distances } = await takeBest(engine, points, drawn, nearest);
    nearest = distances;
    centroids.set(
      pickRows(values, rowLength, [drawn[place]!]),
      k * rowLength,
    );
    yield progress("choose first centroids", k + 1, numClusters);
  }
  return centroids;
}

/**
 * Chooses different points as first centroids, all alike.
 *
 * @param points N points of length D, N ≥ K.
 * @param numClusters K.
 * @param random Moved on.
 * @returns `[K, D]`, copies of points.
 *
 * Source: `Clustering` of faiss.
 */
export function chooseRandomCentroids(
  { values, rowLength, numPoints }: Points,
  numClusters: number,
  random: Random,
): Float32Array {
  const drawn = random.sampleDistinct(numPoints, numClusters);
  return pickRows(values, rowLength, drawn);
}

/** Draws indices with probabilities in proportion to their weights; alike if all are 0. */
function drawByWeight(
  weights: Float64Array,
  count: number,
  random: Random,
): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return random.sample(weights.length, count);
  return Array.from({ length: count }, () => {
    let rest = random.next() * total;
    const index = weights.findIndex((weight) => (rest -= weight) < 0);
    return index < 0 ? weights.findLastIndex((weight) => weight > 0) : index;
  });
}

/**
 * Finds which drawn point leaves the smallest sum of squared distances.
 *
 * @param nearest Squared distance of each point to the centroids so far.
 * @returns Its place among `drawn`, and the squared distances with it.
 */
async function takeBest(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  points: Points,
  drawn: readonly number[],
  nearest: Float64Array,
): Promise<{ place: number; distances: Float64Array }> {
  const rows = pickRows(points.values, points.rowLength, drawn);
  const all = drawn.map(() => new Float64Array(points.numPoints));
  const sums = drawn.map(() => 0);
  for await (const block of measureDistances(engine, points, rows)) {
    all.forEach((distances, draw) => {
      for (let b = 0; b < block.numPoints; b++) {
        const point = block.firstPoint + b;
        const distance = Math.min(
          nearest[point]!,
          block.distancesSquared[b * drawn.length + draw]!,
        );
        distances[point] = distance;
        sums[draw]! += distance;
      }
    });
  }
  const place = sums.indexOf(Math.min(...sums));
  return { place, distances: all[place]! };
}
