import { startEngine } from "../../lib/engine/start_engine.ts";
import { drain } from "../../lib/progress.ts";
import { createRandom } from "../../lib/random.ts";
import { improveCentroids, kMeans } from "../../lib/train/kmeans.ts";
import { preparePoints } from "../../lib/train/kmeans_points.ts";
import { makeNumbers } from "./make_numbers.ts";

const engine = await startEngine({ engine: "wasm" });

/** Local descriptors as `cluster` draws them, a fifth of them. */
const [N, D, K] = [10_000, 512, 64];
const values = makeNumbers(N * D);
const points = preparePoints(values, D);
const first = values.slice(0, K * D);

Deno.bench({
  name: `improveCentroids() ${N} x ${D}, K=${K}, 1 iteration`,
  group: "kmeans",
  baseline: true,
  n: 3,
  warmup: 1,
  fn: async () => {
    await drain(improveCentroids(engine, points, first, 1));
  },
});

Deno.bench({
  name: `kMeans() ${N} x ${D}, K=${K}, 1 start of 1 iteration`,
  group: "kmeans",
  n: 3,
  warmup: 1,
  fn: async () => {
    const options = { numClusters: K, iterations: 1, restarts: 1 };
    await drain(kMeans(engine, values, D, options, createRandom(1)));
  },
});
