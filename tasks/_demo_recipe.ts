/**
 * What the demo trains, and how: small enough for two CPU cores in a few minutes.
 *
 * @module
 */
import type { ClusterOptions, ModelOptions, TrainOptions } from "../mod.ts";

/** A narrow AlexNet with random weights. */
export const DEMO_MODEL = {
  arch: "alexnet",
  widthDivisor: 2,
  pooling: "netvlad",
  numClusters: 16,
} satisfies Partial<ModelOptions>;

/** Fewer images than usual: the city is small. */
export const DEMO_CLUSTER = {
  clusterImages: 100,
} satisfies Partial<ClusterOptions>;

/** A learning rate that does not collapse random weights. */
export const DEMO_TRAIN = {
  optimizer: "adam",
  learningRate: 1e-4,
  trainFrom: "conv3",
  epochs: 4,
  cacheRefreshQueries: 60,
} satisfies Partial<TrainOptions>;
