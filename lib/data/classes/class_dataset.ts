/**
 * Datasets of classes: an image is found if one of its class is.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../dataset.ts";
import { checkPlaceDataset, type StrictnessOptions } from "../places.ts";

/** An image and what it shows. */
export interface ClassImage {
  /** A path that can be opened as it is. */
  path: string;
  /** Name or number of its class; the same for all images of the class. */
  class: string;
}

/** One split of a dataset of classes. */
export interface ClassSplit {
  /** Short name for files and reports, such as `cub200`. */
  name: string;
  /** Split that this is, such as `test`; `all` where there are none. */
  split: string;
  /** Images searched. */
  database: readonly ClassImage[];
  /** Images looked up; each of the database against all others if left out. */
  queries?: readonly ClassImage[];
}

/** Half of the distance between two classes: what is of another class is farther away. */
const POSITIVE_RADIUS = 0.5;

/**
 * Turns a split of classes into places: each class is one, numbered from 0 in the
 * order in which they come, and an image's number is its `eastMeters`.
 *
 * @param source Where it comes from, for errors.
 * @throws {DatasetError} If there are no images, or the first is not there.
 */
export async function toPlaceDataset(
  { name, split, database, queries }: ClassSplit,
  source: string,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const numbers = new Map<string, number>();
  const databaseImages = placeImages(database, numbers);
  const dataset: PlaceDataset = {
    name,
    split,
    database: databaseImages,
    queries: queries ? placeImages(queries, numbers) : databaseImages,
    positiveRadius: POSITIVE_RADIUS,
    potentialPositiveRing: [0, POSITIVE_RADIUS],
    unit: "classes",
    ...(!queries && {
      ownDatabaseIndex: Int32Array.from(database, (_, i) => i),
    }),
  };
  return await checkPlaceDataset(dataset, source, strictness);
}

function placeImages(
  images: readonly ClassImage[],
  numbers: Map<string, number>,
): PlaceImages {
  for (const { class: name } of images) {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  }
  return {
    paths: images.map(({ path }) => path),
    eastMeters: Float64Array.from(images, (each) => numbers.get(each.class)!),
    northMeters: new Float64Array(images.length),
  };
}

/** The split of a benchmark that has two: what is validated on is what is tested on. */
export function trainOrTest(split: string): "train" | "test" {
  return split === "train" ? "train" : "test";
}
