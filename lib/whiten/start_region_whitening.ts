/**
 * Gives R-MAC the whitening of its regions, learned from images.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { createDecodePool } from "../data/image/decode_pool.ts";
import { imageBatches } from "../data/image/image_batches.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { DatasetError } from "../errors.ts";
import { describeRegions } from "../model/describe_parts.ts";
import type { Model } from "../model/model.ts";
import { joinNumbers } from "../number_types.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import { createRandom } from "../random.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { fitWhitening } from "./fit_whitening.ts";

/** How regions are whitened. */
export interface RegionWhiteningSettings {
  /** How images are read. */
  images?: Partial<ImageOptions>;
}

/** Database images that regions are taken from, at most. */
const MAX_IMAGES = 500;

/** Regions for each value of a vector, below which whitening does harm. Measured: 4 halve Recall@1. */
const ENOUGH = 10;

/** Images decoded at a time. */
const BATCH_SIZE = 8;

/**
 * Whitens the regions of R-MAC, if a model is to do so and does not yet: by PCA of the
 * regions of up to 500 database images, drawn by the model's seed.
 *
 * @param model Its encoder makes the features; see `Model.setRegionWhitening`.
 * @param dataset The training split.
 * @param settings How images are read.
 * @throws {DatasetError} If an image cannot be read, unless `skipUnreadable` is set, or there are
 * not more regions than a local descriptor has values.
 *
 * Source: Tolias, Sicre and Jégou, Particular object retrieval with integral max-pooling
 * of CNN activations, ICLR 2016, section 3.2.
 */
export async function* startRegionWhitening(
  model: Model,
  dataset: PlaceDataset,
  { images = {} }: RegionWhiteningSettings = {},
): AsyncGenerator<ProgressEvent | NoteEvent, void> {
  if (!model.needsRegionWhitening) return;
  const D = model.localLength;
  const { paths } = dataset.database;
  const drawn = createRandom(model.options.seed).fork("regions")
    .sampleDistinct(paths.length, MAX_IMAGES)
    .map((index) => paths[index]!);
  const regions = yield* sampleRegions(model, drawn, images);
  const numRegions = regions.length / D;
  if (numRegions <= D) {
    throw new DatasetError("Cannot whiten the regions of R-MAC", {
      where: `${dataset.name} ${dataset.split}: ${numRegions} regions`,
      fix: `give images with more than ${D} regions, or leave rmacWhiten out`,
    });
  }
  const rows = rowsInMemory(regions, D);
  const fitted = yield* fitWhitening(model.engine, rows, { length: D });
  model.setRegionWhitening(fitted);
  yield note(
    `regions whitened by PCA of ${numRegions} regions of ${drawn.length} images`,
  );
  if (numRegions < ENOUGH * D) {
    yield note(
      `${numRegions} regions are few for whitening ${D} values: noise grows as much as signal`,
    );
  }
}

/** Vectors of the regions of images, `[n, D]`. */
async function* sampleRegions(
  model: Model,
  paths: readonly string[],
  images: Partial<ImageOptions>,
): AsyncGenerator<ProgressEvent | NoteEvent, Float32Array> {
  const unreadable: string[] = [];
  const found: Float32Array[] = [];
  let done = 0;
  using pool = createDecodePool(images);
  const batches = imageBatches(pool, paths, {
    batchSize: BATCH_SIZE,
    skipUnreadable: images.skipUnreadable ?? false,
    onMixedSizes: "split",
    onUnreadable: ({ path }) => unreadable.push(path),
  });
  yield progress("sample regions", done, paths.length);
  for await (const batch of batches) {
    found.push(await describeRegions(model, batch));
    done += batch.indices.length;
    yield progress("sample regions", done + unreadable.length, paths.length);
  }
  if (unreadable.length > 0) {
    yield note(
      `left out ${unreadable.length} of ${paths.length} images that cannot be read: ${
        unreadable.slice(0, 10).join(", ")
      }`,
    );
  }
  return joinNumbers(found);
}
