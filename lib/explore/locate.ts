/**
 * Where a photo was taken: the nearest images of a database, and how far they agree.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageSize } from "../image_size.ts";
import type { Describer } from "../model/model.ts";
import { drain } from "../progress.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { searchExact } from "../search/exact.ts";
import type { DatabaseDescriptors } from "./database_descriptors.ts";
import type { ReadPhoto } from "./read_photo.ts";

/** What photos are located with. */
export interface LocateMeans {
  model: Describer;
  readPhoto: ReadPhoto;
  /** The split that is searched. */
  dataset: PlaceDataset;
  descriptors: DatabaseDescriptors;
}

/** What was found for a photo. */
export interface Located {
  /** Size that the photo was described at. */
  size: ImageSize;
  /** Nearest first, 10 or as many as there are. */
  matches: readonly Match[];
  agreement: Agreement;
}

/** A database image that was found. */
export interface Match {
  /** Which of the database images that can be searched. */
  index: number;
  /** L2 distance of the descriptors. */
  distance: number;
  eastMeters: number;
  northMeters: number;
}

/** How far the nearest images show one place. */
export interface Agreement {
  /** How many are looked at, the first included. */
  among: number;
  /** How many of them lie within `radius` of the first, itself included. */
  near: number;
  /** Evaluation radius of the dataset, in its unit. */
  radius: number;
  /** Distance from the first to the farthest of them, in the unit of the dataset. */
  farthest: number;
}

const MATCHES = 10;
/** Nearest images that should agree. */
const AGREEING = 5;

/**
 * Locates a photo.
 *
 * @param photo A JPEG, PNG or WebP.
 * @throws {DatasetError} If it is no such image, damaged, or over 100 megapixels.
 * @throws {ShapeError} If it is too small for the model.
 */
export async function locatePhoto(
  { model, readPhoto, dataset, descriptors }: LocateMeans,
  photo: Uint8Array,
): Promise<Located> {
  const image = readPhoto(photo);
  const descriptor = await model.describe(image);
  const { indices, distancesSquared } = await drain(searchExact(
    model.engine,
    descriptors.rows,
    rowsInMemory(descriptor, model.descriptorLength),
    { count: Math.min(MATCHES, descriptors.rows.numRows) },
  ));
  const { eastMeters, northMeters } = descriptors.images;
  const matches = [...indices].map((index, place) => ({
    index,
    distance: Math.sqrt(distancesSquared[place]!),
    eastMeters: eastMeters[index]!,
    northMeters: northMeters[index]!,
  }));
  const { width, height } = image;
  return {
    size: { width, height },
    matches,
    agreement: compareMatches(matches, dataset.positiveRadius),
  };
}

function compareMatches(
  matches: readonly Match[],
  radius: number,
): Agreement {
  const some = matches.slice(0, AGREEING);
  const [first] = some;
  const distances = some.map(({ eastMeters, northMeters }) =>
    Math.hypot(
      eastMeters - first!.eastMeters,
      northMeters - first!.northMeters,
    )
  );
  return {
    among: some.length,
    near: distances.filter((distance) => distance <= radius).length,
    radius,
    farthest: Math.max(...distances),
  };
}
