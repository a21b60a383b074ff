/**
 * Options of clustering local descriptors into the centroids of NetVLAD.
 *
 * @module
 */
import {
  COUNT,
  DEFAULT_SEED,
  INTEGER,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";

/** Options of clustering. Each is described, with its unit, here and nowhere else. */
export interface ClusterOptions {
  /** Database images that are drawn. */
  clusterImages: number;
  /** Local descriptors drawn from each image. */
  clusterDescriptorsPerImage: number;
  /** Iterations of k-means. */
  clusterIterations: number;
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
  centroidsPath: "centroids",
  seed: DEFAULT_SEED,
});

const CLUSTER_RULES: Rules<ClusterOptions> = {
  clusterImages: COUNT,
  clusterDescriptorsPerImage: COUNT,
  clusterIterations: COUNT,
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
