/**
 * Golden cases of k-means: how good the clusters are.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { drain } from "../progress.ts";
import { createRandom } from "../random.ts";
import { CLUSTER_DEFAULTS } from "../train/cluster_options.ts";
import { kMeans } from "../train/kmeans.ts";
import { measureDistances, preparePoints } from "../train/kmeans_points.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** The objective may be this share above the best of several starts of faiss. */
const MAX_ABOVE_BEST = 0.01;

/** Sums of float32 distances. */
const INERTIA_RTOL = 1e-5;

/** Compares the objective of given centroids, then that of our own. */
export async function checkKMeans(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  const name = golden.has("X_f16") ? "X_f16" : "X";
  results.skip(name, "faiss_centroids");
  const { shape: [, D = 0] } = golden.read(name);
  const values = golden.float32(name);
  const points = preparePoints(values, D);
  let given = 0;
  for await (
    const { distancesSquared, numPoints } of measureDistances(
      engine,
      points,
      golden.float32("faiss_centroids"),
    )
  ) given += sumOfSmallest(distancesSquared, numPoints);
  results.compareWith("inertia (of the expected centroids)", [given], {
    data: [golden.number("faiss_default_inertia")],
    shape: [1],
    tolerance: { rtol: INERTIA_RTOL },
  });

  const { inertia } = await drain(kMeans(engine, values, D, {
    numClusters: golden.number("K"),
    iterations: golden.number("niter"),
    restarts: CLUSTER_DEFAULTS.clusterStarts,
  }, createRandom(CLUSTER_DEFAULTS.seed)));
  const best = bestOfFaiss(golden);
  results.skip("inertia");
  results.compareWith("inertia", [Math.max(inertia, best)], {
    data: [best],
    shape: [1],
    tolerance: { rtol: MAX_ABOVE_BEST },
  });
}

/** The best objective that faiss reaches from several seeds. */
function bestOfFaiss(golden: GoldenCase): number {
  const seeds = golden.notes.scalars.faiss_all_points_8_seeds;
  const { min } = (seeds ?? {}) as { min?: unknown };
  if (typeof min === "number") return min;
  throw golden.fail("it does not say what faiss reaches");
}

/** Sum over points of the distance to the nearest of K centroids. */
function sumOfSmallest(distances: Float32Array, numPoints: number): number {
  const K = distances.length / numPoints;
  let sum = 0;
  for (let first = 0; first < distances.length; first += K) {
    sum += Math.min(...distances.subarray(first, first + K));
  }
  return sum;
}
