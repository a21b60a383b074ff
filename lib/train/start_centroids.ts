/**
 * Starts NetVLAD from centroids: those of a file, or clustered now.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { resolveImageOptions } from "../data/image/options.ts";
import { checkWritable, isFile } from "../files.ts";
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
  localForm,
} from "./cluster.ts";
import { resolveClusterOptions } from "./cluster_options.ts";

/**
 * Gives a model its centroids, if it needs any.
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
  if (!model.needsCentroids) return undefined;
  const { images, ...given } = settings;
  const { centroids, centroidsPath, ...drawn } = resolveClusterOptions(given);
  if (centroids !== undefined) {
    await useCentroidFile(model, centroids);
    return centroids;
  }
  const path = centroidPath(centroidsPath, model, dataset);
  const madeBy = await fingerprintModel(model, {
    ...drawn,
    v2Descriptors: localForm(model, drawn),
    dataset: dataset.name,
    split: dataset.split,
    images: imageIdentity(images),
  });
  const found = yield* findUsable(path, madeBy);
  if (found !== undefined) {
    useCentroids(model, found);
    yield note(`centroids: ${path}`);
    return path;
  }
  await checkWritable(path);
  const made = yield* clusterCentroids(model, dataset, settings);
  model.setCentroids(made.centroids, made.descriptors); // throws if they are of no use
  await writeCentroids(path, made, madeBy);
  yield note(`centroids written to ${path}`);
  return path;
}

/**
 * Starts NetVLAD from a centroid file as it is.
 *
 * @throws {CheckpointError} If the file is of another width or number of clusters.
 */
export async function useCentroidFile(
  model: Model,
  path: string,
): Promise<void> {
  useCentroids(model, await readCentroids(path));
}

function useCentroids(model: Model, found: CentroidFile): void {
  checkCentroids(found, {
    K: model.options.numClusters,
    D: model.localLength,
  });
  model.setCentroids(found.centroids, found.descriptors);
}

/** The options of reading images that change pixels. */
function imageIdentity(images: ClusterSettings["images"]): unknown {
  const { resize, resizeFilter, applyOrientation } = resolveImageOptions(
    images,
  );
  return { resize, resizeFilter, applyOrientation };
}

/** Reads a centroid file if it is there and was made by this encoder, or does not say by which. */
async function* findUsable(
  path: string,
  madeBy: string,
): AsyncGenerator<ClusterEvent, CentroidFile | undefined> {
  if (!await isFile(path)) return undefined;
  const found = await readCentroids(path);
  if (found.madeBy === undefined || found.madeBy === madeBy) return found;
  yield note(
    `${path} was made by another encoder or from other images: clustering again`,
  );
  return undefined;
}
