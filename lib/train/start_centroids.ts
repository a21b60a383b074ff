/**
 * Starts NetVLAD from centroids: those of a file, or clustered now.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { resolveImageOptions } from "../data/image/options.ts";
import { fingerprintModel } from "../model/fingerprint.ts";
import type { Model } from "../model/model.ts";
import { note } from "../progress.ts";
import {
  type CentroidFile,
  checkCentroids,
  readCentroids,
  writeCentroids,
} from "./centroid_file.ts";
import {
  centroidPath,
  clusterCentroids,
  type ClusterEvent,
  type ClusterSettings,
} from "./cluster.ts";
import { resolveClusterOptions } from "./cluster_options.ts";

/**
 * Gives a model its centroids. Does nothing for other aggregations.
 *
 * The file named by `centroids` is used as it is. Otherwise the one in
 * `centroidsPath` is used if it was made by the same encoder from images of the
 * same kind, or does not say; else the images are clustered and the file is written.
 *
 * @returns The centroid file, or `undefined` if there is none.
 * @throws {CheckpointError} If the file is of another width or number of clusters.
 */
export async function* startCentroids(
  model: Model,
  dataset: PlaceDataset,
  settings: ClusterSettings = {},
): AsyncGenerator<ClusterEvent, string | undefined> {
  if (model.options.pooling !== "netvlad") return undefined;
  const { images, ...given } = settings;
  const { centroids, centroidsPath, ...drawn } = resolveClusterOptions(given);
  const path = centroids ?? centroidPath(centroidsPath, model, dataset);
  const madeBy = await fingerprintModel(model, {
    ...drawn,
    dataset: dataset.name,
    split: dataset.split,
    images: imageIdentity(images),
  });
  const found = yield* findCentroids(path, madeBy, centroids !== undefined);
  if (found !== undefined) {
    checkCentroids(found, {
      K: model.options.numClusters,
      D: model.localLength,
    });
    model.setCentroids(found.centroids, found.descriptors);
    yield note(`centroids: ${path}`);
    return path;
  }
  const made = yield* clusterCentroids(model, dataset, settings);
  await writeCentroids(path, made, madeBy);
  model.setCentroids(made.centroids, made.descriptors);
  yield note(`centroids written to ${path}`);
  return path;
}

/** The options of reading images that change pixels. */
function imageIdentity(images: ClusterSettings["images"]): unknown {
  const { resize, resizeFilter, applyOrientation } = resolveImageOptions(
    images,
  );
  return { resize, resizeFilter, applyOrientation };
}

/** Reads a centroid file if it is there and fits. */
async function* findCentroids(
  path: string,
  madeBy: string,
  isNamed: boolean,
): AsyncGenerator<ClusterEvent, CentroidFile | undefined> {
  if (!isNamed && !await isFile(path)) return undefined;
  const found = await readCentroids(path);
  if (isNamed || found.madeBy === undefined || found.madeBy === madeBy) {
    return found;
  }
  yield note(
    `${path} was made by another encoder or from other images: clustering again`,
  );
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => null))?.isFile ?? false;
}
