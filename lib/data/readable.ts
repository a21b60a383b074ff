/**
 * Leaves out the images that cannot be read, and says which.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import type { ListedTruth, PlaceDataset, PlaceImages } from "./dataset.ts";
import { createDecodePool } from "./image/decode_pool.ts";
import { imageBatches, type UnreadableImage } from "./image/image_batches.ts";
import type { ImageOptions } from "./image/options.ts";
import { listNeighbors, type Neighbors, toNeighbors } from "./radius.ts";

/** Unreadable images that are named one by one. */
const MAX_NAMED = 10;
/** Images decoded between two events. */
const BATCH_SIZE = 32;

/**
 * Decodes images and keeps those that can be.
 *
 * @param paths Images.
 * @param images How to read them.
 * @yields Progress, and a note that counts and names what was left out.
 * @returns Indices of the readable images, ascending.
 * @throws {DatasetError} If none can be read.
 */
export async function* findReadable(
  paths: readonly string[],
  images: Partial<ImageOptions>,
): AsyncGenerator<ProgressEvent | NoteEvent, number[]> {
  using pool = createDecodePool(images);
  const unreadable: UnreadableImage[] = [];
  const batches = imageBatches(pool, paths, {
    batchSize: BATCH_SIZE,
    skipUnreadable: true,
    onMixedSizes: "split",
    onUnreadable: (image) => unreadable.push(image),
  });
  const readable: number[] = [];
  yield progress("check images", 0, paths.length);
  for await (const { indices } of batches) {
    readable.push(...indices);
    yield progress(
      "check images",
      readable.length + unreadable.length,
      paths.length,
    );
  }
  if (unreadable.length > 0) yield note(describeLosses(unreadable, paths));
  if (readable.length > 0) return readable;
  throw new DatasetError("Cannot read any of the images", {
    where: `${paths[0]} and ${paths.length - 1} others`,
    fix: "give images that are whole JPEG, PNG or WebP files",
  });
}

/**
 * Leaves out of a dataset the images that cannot be read.
 *
 * @throws {DatasetError} If no database image or no query is left.
 */
export async function* keepReadable(
  dataset: PlaceDataset,
  images: Partial<ImageOptions>,
): AsyncGenerator<ProgressEvent | NoteEvent, PlaceDataset> {
  const { queries, ownDatabaseIndex: own } = dataset;
  const isOne = queries === dataset.database;
  const keptDatabase = yield* findReadable(dataset.database.paths, images);
  const keptQueries = isOne
    ? keptDatabase
    : yield* findReadable(queries.paths, images);
  const database = pickImages(dataset.database, keptDatabase);
  return {
    ...dataset,
    database,
    queries: isOne ? database : pickImages(queries, keptQueries),
    ...moveTruths(dataset, keptQueries, keptDatabase),
    ...(own && {
      ownDatabaseIndex: moveIndices(
        keptQueries.map((query) => own[query]!),
        keptDatabase,
      ),
    }),
  };
}

/** Lists of what is right, of the queries and database images that were kept. */
function moveTruths(
  { truth, grades }: PlaceDataset,
  keptQueries: readonly number[],
  keptDatabase: readonly number[],
): Pick<PlaceDataset, "truth" | "grades"> {
  const moveLists = (lists: Neighbors): Neighbors =>
    toNeighbors(
      keptQueries.map((query) =>
        moveIndices([...listNeighbors(lists, query)], keptDatabase)
          .filter((index) => index >= 0)
      ),
    );
  const move = ({ positives, ignored }: ListedTruth): ListedTruth => ({
    positives: moveLists(positives),
    ignored: moveLists(ignored),
  });
  return {
    ...(truth && { truth: move(truth) }),
    ...(grades && {
      grades: new Map([...grades].map(([name, each]) => [name, move(each)])),
    }),
  };
}

/** Where database indices are among those that were kept; -1 if they were not. */
function moveIndices(
  indices: readonly number[],
  kept: readonly number[],
): Int32Array {
  const places = new Map(kept.map((index, place) => [index, place]));
  return Int32Array.from(indices, (index) => places.get(index) ?? -1);
}

/** Some images of many, in the order of their indices. */
export function pickImages(
  images: PlaceImages,
  indices: readonly number[],
): PlaceImages {
  const { headingDegrees, boxes } = images;
  return {
    paths: indices.map((i) => images.paths[i]!),
    eastMeters: Float64Array.from(indices, (i) => images.eastMeters[i]!),
    northMeters: Float64Array.from(indices, (i) => images.northMeters[i]!),
    ...(headingDegrees && {
      headingDegrees: Float64Array.from(indices, (i) => headingDegrees[i]!),
    }),
    ...(boxes && { boxes: indices.map((i) => boxes[i]!) }),
  };
}

function describeLosses(
  unreadable: readonly UnreadableImage[],
  paths: readonly string[],
): string {
  const named = unreadable.slice(0, MAX_NAMED).map(({ path }) => path);
  const more = unreadable.length - named.length;
  return `left out ${unreadable.length} of ${paths.length} images that cannot be read: ${
    named.join(", ")
  }${more > 0 ? ` and ${more} more` : ""}`;
}
