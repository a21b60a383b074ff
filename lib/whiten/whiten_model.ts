/**
 * The stage *whiten*: database images to a whitening of a model's descriptors.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { findReadable } from "../data/readable.ts";
import { describeImages } from "../describe/describe.ts";
import { fitImages } from "../describe/fit_images.ts";
import { createFrozenFeatures } from "../describe/frozen_features.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import { OptionsError } from "../errors.ts";
import { checkWritable } from "../files.ts";
import type { KnownDescriber } from "../model/fingerprint.ts";
import type { Describer } from "../model/model.ts";
import { writeWeights } from "../model/weights/own_weights.ts";
import { writeWhitening } from "../model/weights/whitening_file.ts";
import type { Whitening } from "../model/whitening.ts";
import { note, type NoteEvent, type ProgressEvent } from "../progress.ts";
import { createRandom } from "../random.ts";
import { DEFAULT_SEED } from "../options.ts";
import { createDescriptorFile } from "../search/descriptor_file.ts";
import { type FittedWhitening, fitWhitening } from "./fit_whitening.ts";
import { resolveWhitenOptions, type WhitenOptions } from "./options.ts";

/** How to whiten: what is fitted, and options of reading images and of describing them. */
export interface WhitenSettings extends Partial<WhitenOptions> {
  /** How images are read. */
  images?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
  /** Seed of the choice of images. */
  seed?: number;
  /** File to write: weights with the whitening, or the whitening alone of an ONNX file; none if left out. */
  output?: string;
}

/** What a whitening was fitted to. */
export interface WhitenResult {
  /** The whitening, which the model has now. */
  whitening: FittedWhitening;
  /** Images that it was fitted to. */
  numImages: number;
  /** Share of the variance of their descriptors that is kept, 0 to 1. */
  keptVariance: number;
}

/**
 * Fits a whitening to descriptors of database images, and gives it to the model. One that
 * it had is ended.
 *
 * Descriptors are kept on disk: memory is that of `fitWhitening`.
 *
 * @param model Of ours, or an ONNX file.
 * @param dataset Its database images are described: those of a training split, which no
 * evaluation uses.
 * @throws {OptionsError} If an option is wrong, or there are too few images for the length.
 * @throws {DatasetError} If an image cannot be read, unless `skipUnreadable` is set.
 * @throws {CheckpointError} If descriptors are not finite or cannot be kept on disk, or the file
 * cannot be written; what was there stays.
 */
export async function* whitenModel(
  model: KnownDescriber,
  dataset: PlaceDataset,
  settings: WhitenSettings = {},
): AsyncGenerator<ProgressEvent | NoteEvent, WhitenResult> {
  const { images = {}, describe, seed = DEFAULT_SEED, output, ...given } =
    settings;
  const options = resolveWhitenOptions(given);
  const { describeBatch, cachePath } = resolveDescribeOptions(describe);
  if (output !== undefined) await checkWritable(output);
  model.setWhitening(undefined);
  const paths = yield* chooseImages(model, dataset, { images, seed, options });
  await using folder = await openWorkFolder(cachePath);
  const file = createDescriptorFile(
    join(folder.path, "whitened_images.f32"),
    [paths.length, model.descriptorLength],
    { temporary: true },
  );
  try {
    using source = createFrozenFeatures(
      model,
      paths,
      yield* fitImages(model, images),
    );
    yield* describeImages(model, source, {
      firstImage: 0,
      rows: file,
      batchSize: describeBatch,
      phase: "describe images",
    });
    const whitening = yield* fitWhitening(model.engine, file, {
      length: options.whitenLength,
      whiten: options.whitenScale,
    });
    model.setWhitening(whitening);
    if (output !== undefined) await writeWhitened(output, model, whitening);
    return {
      whitening,
      numImages: paths.length,
      keptVariance: whitening.keptVariance,
    };
  } finally {
    file.close();
  }
}

async function writeWhitened(
  path: string,
  model: KnownDescriber,
  whitening: Whitening,
): Promise<void> {
  if ("sha256" in model) return await writeWhitening(path, whitening);
  await writeWeights(path, model, await model.exportTensors());
}

/** Draws images at random, and says which they are; in the order of the dataset. */
async function* chooseImages(
  model: Describer,
  { name, split, database }: PlaceDataset,
  { images, seed, options }: {
    images: Partial<ImageOptions>;
    seed: number;
    options: WhitenOptions;
  },
): AsyncGenerator<ProgressEvent | NoteEvent, string[]> {
  const { whitenLength, whitenImages } = options;
  const drawn = createRandom(seed)
    .sampleDistinct(database.paths.length, whitenImages)
    .sort((a, b) => a - b)
    .map((index) => database.paths[index]!);
  const paths = images.skipUnreadable
    ? (yield* findReadable(drawn, images)).map((index) => drawn[index]!)
    : drawn;
  const most = Math.min(paths.length - 1, model.descriptorLength);
  if (whitenLength > most) {
    throw new OptionsError(
      `Cannot fit a whitening to ${whitenLength} values`,
      {
        where:
          `option whitenLength, for ${model.descriptorLength} values of ${paths.length} images of ${name}, split ${split}`,
        fix: most > 0
          ? `set whitenLength to at most ${most}`
          : "give a dataset of more images",
      },
    );
  }
  yield note(
    `whitening: fitted to ${paths.length} of ${database.paths.length} database images of ${name}, split ${split}`,
  );
  return paths;
}
