/**
 * A visitor's photo → an image like those of the database.
 *
 * @module
 */
import {
  type ImageOptions,
  resolveImageOptions,
} from "../data/image/options.ts";
import { readImage, readImageBytes } from "../data/image/read_image.ts";
import type { RgbImage } from "../data/image/rgb_image.ts";
import { DatasetError, VprError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";

/** Makes images of the files of photos. */
export type ReadPhoto = (bytes: Uint8Array) => RgbImage;

/**
 * Decides how photos are read: as the images of the database, and upright.
 *
 * Where those are not resized, a photo is made small enough not to be longer than one of them,
 * its proportions kept: a model sees things at the size that it knows, and a photo of a telephone
 * does not take gigabytes.
 *
 * @param images How the images of the database are read.
 * @param example One of them.
 * @returns Throws a `DatasetError` for what is no whole JPEG, PNG or WebP, or is over 100 megapixels.
 * @throws {DatasetError} If the example cannot be read.
 */
export function createPhotoReader(
  images: Partial<ImageOptions>,
  example: string,
): ReadPhoto {
  const options = { ...resolveImageOptions(images), applyOrientation: true };
  const within = options.resize ?? squareAround(readImage(example, options));
  return (bytes) => {
    try {
      return readImageBytes(bytes, "the photo", { ...options, within });
    } catch (error) {
      throw error instanceof VprError ? notReadable(error) : error;
    }
  };
}

function squareAround({ width, height }: ImageSize): ImageSize {
  const side = Math.max(width, height);
  return { width: side, height: side };
}

function notReadable(cause: VprError): DatasetError {
  return new DatasetError("Cannot read this photo", {
    where: cause.where,
    fix: "choose a whole JPEG, PNG or WebP of at most 100 megapixels",
    cause,
  });
}
