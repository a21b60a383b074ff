/**
 * The stage *extract*: descriptors of any images to a file.
 *
 * @module
 */
import type { ImageOptions } from "../data/image/options.ts";
import { listImages, readImageList } from "../data/list_images.ts";
import { isFolder } from "../folders.ts";
import { findReadable } from "../data/readable.ts";
import { folderOf, writeTextWhole } from "../files.ts";
import { createHdf5Rows } from "../hdf5.ts";
import { nameFrom } from "../image_names.ts";
import type { Describer } from "../model/model.ts";
import { createNpyRows } from "../npy.ts";
import { createHlocRows } from "../search/hloc_descriptors.ts";
import { namesFileOf } from "../search/named_descriptors.ts";
import { ROWS_DATASET } from "../search/read_descriptors.ts";
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
export interface ExtractSettings
  extends
    Omit<ExtractOptions, "layout">,
    Partial<Pick<ExtractOptions, "layout">> {
  /** How images are read. */
  readImages?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
}

/** What was extracted. */
export interface Extraction {
  /** File of descriptors. */
  output: string;
  /** File of the images' paths, one a line, in the order of the rows; that of the descriptors where it has the names itself. */
  names: string;
  /** Descriptors in the file, N. */
  numImages: number;
  /** Length of each, F. */
  descriptorLength: number;
}

/**
 * Describes the images of a folder or list and writes their descriptors as they
 * are made: HDF5 with the dataset `descriptors`, or NumPy's `.npy`. The paths go
 * to a text file beside it. In the layout of hloc each has a group of its own, named
 * after the path of the image from its folder, or that of the list, on.
 *
 * @throws {DatasetError} If there are no images, or one cannot be read, unless `skipUnreadable` is set.
 * @throws {CheckpointError} If the file cannot be written; none is left then.
 */
export async function* extractDescriptors(
  model: Describer,
  { readImages: askedImages = {}, describe, ...given }: ExtractSettings,
): AsyncGenerator<ProgressEvent | NoteEvent, Extraction> {
  const options = resolveExtractOptions(given);
  const { output, layout } = options;
  const { describeBatch } = resolveDescribeOptions(describe);
  const readImages = yield* fitImages(model, askedImages);
  const { found, root } = await findImages(options);
  const paths = readImages.skipUnreadable
    ? (yield* findReadable(found, readImages)).map((index) => found[index]!)
    : found;
  const F = model.descriptorLength;
  await using file = layout === "hloc"
    ? await createHlocRows(output, paths.map((path) => nameFrom(root, path)), F)
    : await createRows(output, [paths.length, F]);
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
  const names = layout === "hloc" ? output : namesFileOf(output);
  if (layout === "rows") {
    await writeTextWhole(names, paths.map((path) => `${path}\n`).join(""));
  }
  await file.finish();
  return { output, names, numImages: paths.length, descriptorLength: F };
}

/** The images, and the folder that they are named from in the layout of hloc. */
async function findImages(
  { images }: Readonly<ExtractOptions>,
): Promise<{ found: string[]; root: string }> {
  return await isFolder(images)
    ? { found: await listImages(images, { recursive: true }), root: images }
    : { found: await readImageList(images), root: folderOf(images) };
}

function createRows(
  output: string,
  shape: readonly [number, number],
): Promise<RowWriter> {
  return output.toLowerCase().endsWith(".npy")
    ? createNpyRows(output, shape)
    : createHdf5Rows(output, ROWS_DATASET, shape);
}
