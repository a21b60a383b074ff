/**
 * The stage *extract*: descriptors of any images to a file.
 *
 * @module
 */
import type { ImageOptions } from "../data/image/options.ts";
import { listImages, readImageList } from "../data/list_images.ts";
import { isFolder } from "../folders.ts";
import { findReadable } from "../data/readable.ts";
import { writeTextWhole } from "../files.ts";
import { createHdf5Rows } from "../hdf5.ts";
import type { Describer } from "../model/model.ts";
import { createNpyRows } from "../npy.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import type { RowWriter } from "../row_writer.ts";
import { describeImages } from "./describe.ts";
import { fitImages } from "./fit_images.ts";
import { createFrozenFeatures } from "./frozen_features.ts";
import {
  type DescribeOptions,
  type ExtractOptions,
  resolveDescribeOptions,
  resolveExtractOptions,
} from "./options.ts";

/** How to extract: what and to where, options of reading images and of describing them. */
export interface ExtractSettings extends ExtractOptions {
  /** How images are read. */
  readImages?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
}

/** What was extracted. */
export interface Extraction {
  /** File of descriptors, `[N, F]`. */
  output: string;
  /** File of the images' paths, one a line, in the order of the rows. */
  names: string;
  /** Rows of the file, N. */
  numImages: number;
  /** Length of each, F. */
  descriptorLength: number;
}

/**
 * Describes the images of a folder or list and writes their descriptors as they
 * are made: HDF5 with the dataset `descriptors`, or NumPy's `.npy`. The paths go
 * to a text file beside it.
 *
 * @throws {DatasetError} If there are no images, or one cannot be read, unless `skipUnreadable` is set.
 * @throws {CheckpointError} If the file cannot be written; none is left then.
 */
export async function* extractDescriptors(
  model: Describer,
  { readImages: askedImages = {}, describe, ...given }: ExtractSettings,
): AsyncGenerator<ProgressEvent | NoteEvent, Extraction> {
  const { images, output } = resolveExtractOptions(given);
  const { describeBatch } = resolveDescribeOptions(describe);
  const readImages = yield* fitImages(model, askedImages);
  const found = await isFolder(images)
    ? await listImages(images, { recursive: true })
    : await readImageList(images);
  const paths = readImages.skipUnreadable
    ? (yield* findReadable(found, readImages)).map((index) => found[index]!)
    : found;
  const F = model.descriptorLength;
  await using file = await createRows(output, [paths.length, F]);
  using source = createFrozenFeatures(model, paths, readImages);
  yield* describeImages(model, source, {
    firstImage: 0,
    rows: {
      numRows: paths.length,
      write: (_, rows) => file.append(new Float32Array(rows)),
    },
    batchSize: describeBatch,
    phase: "describe images",
  });
  const names = `${output.replace(/\.[^.]+$/, "")}_images.txt`;
  await writeTextWhole(names, paths.map((path) => `${path}\n`).join(""));
  await file.finish();
  return { output, names, numImages: paths.length, descriptorLength: F };
}

function createRows(
  output: string,
  shape: readonly [number, number],
): Promise<RowWriter> {
  return output.toLowerCase().endsWith(".npy")
    ? createNpyRows(output, shape)
    : createHdf5Rows(output, "descriptors", shape);
}
