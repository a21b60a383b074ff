/**
 * The stage *cluster*: local descriptors of database images to centroids of NetVLAD.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import { createDecodePool } from "../data/image/decode_pool.ts";
import { imageBatches } from "../data/image/image_batches.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { DatasetError } from "../errors.ts";
import { nameEncoder } from "../model/encoder_name.ts";
import type { Model } from "../model/model.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import { createRandom, type Random } from "../random.ts";
import type { Centroids } from "./centroid_file.ts";
import {
  type ClusterOptions,
  resolveClusterOptions,
} from "./cluster_options.ts";
import { kMeans } from "./kmeans.ts";
import { pickRows } from "./kmeans_points.ts";

/** How to cluster: options of clustering and of reading images. */
export interface ClusterSettings extends Partial<ClusterOptions> {
  /** How images are read. */
  images?: Partial<ImageOptions>;
}

/** What clustering reports as it goes. */
export type ClusterEvent = ProgressEvent | NoteEvent;

/** Images decoded at a time. */
const BATCH_SIZE = 8;

/**
 * Clusters local descriptors of random database images.
 *
 * A small dataset has fewer images or positions than asked for: what is there is
 * taken, and a note says so.
 *
 * @param model Its encoder makes the local descriptors; see `Model.setCentroids`.
 * @param dataset The training split.
 * @throws {OptionsError} If there are fewer descriptors than clusters.
 * @throws {DatasetError} If an image cannot be read, unless `skipUnreadable` is set.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, appendix A; numbers as in pytorch-NetVlad.
 */
export async function* clusterCentroids(
  model: Model,
  dataset: PlaceDataset,
  { images = {}, ...given }: ClusterSettings = {},
): AsyncGenerator<ClusterEvent, Centroids> {
  const options = resolveClusterOptions(given);
  const random = createRandom(options.seed);
  const descriptors = yield* sampleDescriptors(
    model,
    dataset.database.paths,
    { options, images, random: random.fork("sample") },
  );
  const D = model.localLength;
  const { numClusters: K } = model.options;
  const wanted = options.clusterImages * options.clusterDescriptorsPerImage;
  const numDescriptors = descriptors.length / D;
  if (numDescriptors < wanted) {
    yield note(
      `clustering ${numDescriptors} local descriptors of the ${wanted} asked for: the dataset has no more`,
    );
  }
  const { clusterPointsPerCentroid: perCentroid = Infinity } = options;
  let points = descriptors;
  if (numDescriptors > perCentroid * K) {
    const drawn = random.fork("points")
      .sampleDistinct(numDescriptors, perCentroid * K);
    points = pickRows(descriptors, D, drawn);
    yield note(
      `clustering ${drawn.length} of ${numDescriptors} local descriptors: ${perCentroid} for each centroid`,
    );
  }
  const { centroids } = yield* kMeans(model.engine, points, D, {
    numClusters: K,
    iterations: options.clusterIterations,
    restarts: options.clusterStarts,
    init: options.clusterInit,
  }, random.fork("k-means"));
  return {
    centroids: new Float32Array(centroids),
    descriptors,
    K,
    D,
    numDescriptors,
  };
}

/** Draws images, and positions of each. */
async function* sampleDescriptors(
  model: Model,
  paths: readonly string[],
  { options, images, random }: {
    options: Readonly<ClusterOptions>;
    images: Partial<ImageOptions>;
    random: Random;
  },
): AsyncGenerator<ClusterEvent, Float32Array<ArrayBuffer>> {
  const drawn = random.sampleDistinct(paths.length, options.clusterImages)
    .map((index) => paths[index]!);
  const D = model.localLength;
  const perImage = options.clusterDescriptorsPerImage;
  const form = localForm(model, options);
  const rows = new Float32Array(drawn.length * perImage * D);
  const unreadable: string[] = [];
  let [length, done] = [0, 0];
  using pool = createDecodePool(images);
  const batches = imageBatches(pool, drawn, {
    batchSize: BATCH_SIZE,
    skipUnreadable: images.skipUnreadable ?? false,
    onMixedSizes: "split",
    onUnreadable: ({ path }) => unreadable.push(path),
  });
  yield progress("sample local descriptors", done, drawn.length);
  for await (const batch of batches) {
    const local = await model.describeLocally(batch, form); // [N, P, D]
    const N = batch.indices.length;
    const P = local.length / D / N;
    for (let n = 0; n < N; n++) {
      for (const p of random.sampleDistinct(P, perImage)) {
        const start = (n * P + p) * D;
        rows.set(local.subarray(start, start + D), length);
        length += D;
      }
    }
    done += N;
    yield progress(
      "sample local descriptors",
      done + unreadable.length,
      drawn.length,
    );
  }
  if (unreadable.length > 0) {
    yield note(
      `left out ${unreadable.length} of ${drawn.length} images that cannot be read: ${
        unreadable.slice(0, 10).join(", ")
      }`,
    );
  }
  if (length === 0) {
    throw new DatasetError("Cannot cluster: no image can be read", {
      where: `${drawn[0]} and ${drawn.length - 1} others`,
      fix: "give images that are whole JPEG, PNG or WebP files",
    });
  }
  return rows.slice(0, length);
}

/** The form of the local descriptors that a model starts from. */
export function localForm(
  { options: { vladV2 } }: Pick<Model, "options">,
  { v2Descriptors }: Pick<ClusterOptions, "v2Descriptors">,
): ClusterOptions["v2Descriptors"] {
  return vladV2 ? v2Descriptors : "normalized";
}

/**
 * The file that centroids go to: `<arch>_<dataset>_<K>_desc_cen.hdf5`, as pytorch-NetVlad calls
 * it; `<arch>-<lastLayer>_…` for an encoder that ends early.
 */
export function centroidPath(
  centroidsPath: string,
  model: Model,
  dataset: PlaceDataset,
): string {
  const encoder = nameEncoder(model.options);
  return join(
    centroidsPath,
    `${encoder}_${dataset.name}_${model.options.numClusters}_desc_cen.hdf5`,
  );
}
