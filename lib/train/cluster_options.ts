/**
 * Options of clustering local descriptors into the centroids of NetVLAD.
 *
 * @module
 */
import {
  COUNT,
  DEFAULT_SEED,
  INTEGER,
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import { LOCAL_FORMS } from "../model/options.ts";

/** Ways to choose the first centroids of a start of k-means. */
export const CLUSTER_INITS = ["k-means++", "random"] as const;

/** Options of clustering. Each is described, with its unit, here and nowhere else. */
export interface ClusterOptions {
  /** Database images that are drawn. */
  clusterImages: number;
  /** Local descriptors drawn from each image. */
  clusterDescriptorsPerImage: number;
  /** Iterations of k-means. */
  clusterIterations: number;
  /** First centroids of a start: by greedy k-means++, or random points. */
  clusterInit: typeof CLUSTER_INITS[number];
  /** Starts of k-means, of which the best is kept. */
  clusterStarts: number;
  /** Local descriptors that k-means takes for each centroid at most, drawn at random; all if left out. */
  clusterPointsPerCentroid?: number;
  /** Local descriptors that NetVLAD v2 starts from: L2-normalised, as the layer sees them, or as the encoder gives them; v1 takes normalised ones. */
  v2Descriptors: typeof LOCAL_FORMS[number];
  /** Folder of centroid files, each named after encoder, dataset and number of clusters. */
  centroidsPath: string;
  /** Centroid file to use as it is, in place of one in `centroidsPath`. */
  centroids?: string;
  /** Seed of what is drawn. */
  seed: number;
}

/** The one place where the defaults live. */
export const CLUSTER_DEFAULTS: Readonly<ClusterOptions> = Object.freeze({
  clusterImages: 500,
  clusterDescriptorsPerImage: 100,
  clusterIterations: 100,
  clusterInit: "k-means++",
  clusterStarts: 3,
  v2Descriptors: "normalized",
  centroidsPath: "centroids",
  seed: DEFAULT_SEED,
});

const CLUSTER_RULES: Rules<ClusterOptions> = {
  clusterImages: COUNT,
  clusterDescriptorsPerImage: COUNT,
  clusterIterations: COUNT,
  clusterInit: oneOf(CLUSTER_INITS),
  clusterStarts: COUNT,
  clusterPointsPerCentroid: optional(COUNT),
  v2Descriptors: oneOf(LOCAL_FORMS),
  centroidsPath: TEXT,
  centroids: optional(TEXT),
  seed: INTEGER,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveClusterOptions(
  given: Partial<ClusterOptions> = {},
): Readonly<ClusterOptions> {
  return resolveOptions(given, {
    purpose: "cluster",
    defaults: CLUSTER_DEFAULTS,
    rules: CLUSTER_RULES,
  });
}
