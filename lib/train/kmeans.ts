/**
 * K-means clustering of local descriptors.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { OptionsError } from "../errors.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import { squaredDistance } from "../search/descriptor_rows.ts";
import { CLUSTER_DEFAULTS, type ClusterOptions } from "./cluster_options.ts";
import { chooseFirstCentroids, chooseRandomCentroids } from "./kmeans_init.ts";
import {
  measureDistances,
  type Points,
  preparePoints,
} from "./kmeans_points.ts";

/** How to cluster. */
export interface KMeansOptions {
  /** Clusters, K. */
  numClusters: number;
  /** Most iterations of one start; it ends sooner when it no longer improves. */
  iterations: number;
  /** Starts, of which the best is kept. */
  restarts: number;
  /** How each start chooses its first centroids. */
  init?: ClusterOptions["clusterInit"];
}

/** Clusters of points. */
export interface KMeansResult {
  /** `[K, D]` row-major. */
  centroids: Float32Array;
  /** Sum of the squared distances of all points to their nearest centroid. */
  inertia: number;
  /** Iterations of the start that was kept. */
  iterations: number;
  /** Points per cluster, `[K]`; 0 only where there are fewer different points than clusters. */
  sizes: Int32Array;
}

/** Which centroid is nearest to each point. */
interface Assignment {
  /** `[N]`. */
  clusters: Int32Array;
  /** Squared distance to it, in float32 precision, `[N]`. */
  distancesSquared: Float32Array;
}

/**
 * Clusters points by k-means: greedy k-means++ unless random points are asked
 * for, then Lloyd's iterations.
 *
 * Distances are matrix products on the engine, the sums of the points of a
 * cluster are in double precision. A cluster that loses all its points goes on
 * from the point furthest from its centroid.
 *
 * @param engine Multiplies.
 * @param values N points, `[N, D]` row-major.
 * @param rowLength D.
 * @param options How many clusters and iterations.
 * @param random Moved on.
 * @returns The best of all starts.
 * @throws {OptionsError} If there are fewer points than clusters, or an option is not an integer >= 1.
 * @throws {ShapeError} If the values do not make whole rows.
 * @throws {CheckpointError} If a point is not finite.
 *
 * Source: Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 1982.
 */
export async function* kMeans(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  values: Float32Array,
  rowLength: number,
  options: KMeansOptions,
  random: Random,
): AsyncGenerator<ProgressEvent, KMeansResult> {
  const points = preparePoints(values, rowLength);
  checkOptions(options, points.numPoints);
  const { numClusters: K, init = CLUSTER_DEFAULTS.clusterInit } = options;
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < options.restarts; restart++) {
    const ordinal = `start ${restart + 1} of ${options.restarts}`;
    const first = init === "random"
      ? chooseRandomCentroids(points, K, random)
      : yield* nameStart(
        ordinal,
        chooseFirstCentroids(engine, points, K, random),
      );
    const result = yield* nameStart(
      ordinal,
      improveCentroids(engine, points, first, options.iterations),
    );
    if (best === undefined || result.inertia < best.inertia) best = result;
  }
  return best!;
}

/** Adds to each phase which start it belongs to. */
async function* nameStart<Result>(
  ordinal: string,
  events: AsyncGenerator<ProgressEvent, Result>,
): AsyncGenerator<ProgressEvent, Result> {
  while (true) {
    const { value, done } = await events.next();
    if (done) return value;
    yield { ...value, phase: `${value.phase}, ${ordinal}` };
  }
}

function checkOptions(options: KMeansOptions, numPoints: number): void {
  for (const name of ["numClusters", "iterations", "restarts"] as const) {
    if (Number.isInteger(options[name]) && options[name] >= 1) continue;
    throw new OptionsError(`Cannot cluster with ${name} = ${options[name]}`, {
      where: `option ${name}`,
      fix: "pass an integer >= 1",
    });
  }
  if (numPoints < options.numClusters) {
    throw new OptionsError(
      `Cannot find ${options.numClusters} clusters in ${numPoints} points`,
      {
        where: "option numClusters",
        fix: `ask for at most ${numPoints} clusters, or give more images`,
      },
    );
  }
}

/**
 * Moves centroids to the means of their points until that no longer helps.
 *
 * @param first `[K, D]` row-major.
 * @param iterations At most.
 */
export async function* improveCentroids(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  points: Points,
  first: Float32Array,
  iterations: number,
): AsyncGenerator<ProgressEvent, KMeansResult> {
  let [centroids, inertia, iteration] = [first, Infinity, 0];
  yield progress("cluster", 0, iterations);
  while (iteration < iterations) {
    const assignment = await assignPoints(engine, points, centroids);
    fillEmptyClusters(assignment, centroids.length / points.rowLength);
    const means = averageClusters(points, assignment, centroids);
    iteration++;
    if (means.inertia >= inertia) break;
    ({ centroids, inertia } = means);
    yield progress("cluster", iteration, iterations);
  }
  yield progress("cluster", iterations, iterations);
  const { clusters } = await assignPoints(engine, points, centroids);
  return {
    centroids,
    iterations: iteration,
    ...measureClusters(points, clusters, centroids),
  };
}

/** Finds the nearest centroid of each point; the first among equals. */
async function assignPoints(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  points: Points,
  centroids: Float32Array,
): Promise<Assignment> {
  const K = centroids.length / points.rowLength;
  const clusters = new Int32Array(points.numPoints);
  const distancesSquared = new Float32Array(points.numPoints);
  for await (const block of measureDistances(engine, points, centroids)) {
    const distances = block.distancesSquared; // [B, K]
    for (let b = 0; b < block.numPoints; b++) {
      let nearest = 0;
      for (let k = 1; k < K; k++) {
        if (distances[b * K + k]! < distances[b * K + nearest]!) nearest = k;
      }
      clusters[block.firstPoint + b] = nearest;
      distancesSquared[block.firstPoint + b] = distances[b * K + nearest]!;
    }
  }
  return { clusters, distancesSquared };
}

/** Gives each empty cluster the point furthest from its centroid, while there is one that is not on it. */
function fillEmptyClusters(
  { clusters, distancesSquared }: Assignment,
  K: number,
): void {
  const sizes = countSizes(clusters, K);
  for (let k = 0; k < K; k++) {
    if (sizes[k] !== 0) continue;
    const furthest = distancesSquared.reduce(
      (best, distance, i) => distance > distancesSquared[best]! ? i : best,
      0,
    );
    if (distancesSquared[furthest] === 0) return;
    clusters[furthest] = k;
    distancesSquared[furthest] = 0;
  }
}

/**
 * Means of the clusters, and the sum of squared distances to them: the sum of the
 * squared lengths less n_k ‖c_k‖² of each cluster, in double precision.
 *
 * @param centroids Kept for clusters without points.
 */
function averageClusters(
  { values, rowLength, squaredLengths }: Points,
  { clusters }: Assignment,
  centroids: Float32Array,
): { centroids: Float32Array; inertia: number } {
  const sums = new Float64Array(centroids.length);
  clusters.forEach((k, i) => {
    const [from, to] = [i * rowLength, k * rowLength];
    for (let d = 0; d < rowLength; d++) sums[to + d]! += values[from + d]!;
  });
  const means = centroids.slice();
  let inertia = squaredLengths.reduce((total, length) => total + length, 0);
  countSizes(clusters, centroids.length / rowLength).forEach((size, k) => {
    if (size === 0) return;
    for (let at = k * rowLength; at < (k + 1) * rowLength; at++) {
      means[at] = sums[at]! / size;
      inertia -= sums[at]! ** 2 / size;
    }
  });
  return { centroids: means, inertia };
}

function countSizes(clusters: Int32Array, K: number): Int32Array {
  const sizes = new Int32Array(K);
  for (const k of clusters) sizes[k]!++;
  return sizes;
}

/** Sizes of the clusters, and the sum of squared distances in double precision. */
function measureClusters(
  { values, rowLength }: Points,
  clusters: Int32Array,
  centroids: Float32Array,
): { inertia: number; sizes: Int32Array } {
  const inertia = clusters.reduce(
    (sum, k, i) =>
      sum +
      squaredDistance(
        values,
        i * rowLength,
        centroids,
        k * rowLength,
        rowLength,
      ),
    0,
  );
  return { inertia, sizes: countSizes(clusters, centroids.length / rowLength) };
}
