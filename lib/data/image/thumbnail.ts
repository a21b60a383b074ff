/**
 * Small pictures of images, for people to look at.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import { COUNT, resolveOptions, type Rules } from "../../options.ts";
import { encodeJpeg } from "./encode.ts";
import { readImage, type ReadImageOptions } from "./read_image.ts";
import type { RgbImage } from "./rgb_image.ts";

/** Options of thumbnails. */
export interface ThumbnailOptions {
  /** Quality of the JPEG, 1 (small) to 100 (good). */
  quality: number;
}

/** The one place where the defaults live. */
export const THUMBNAIL_DEFAULTS: Readonly<ThumbnailOptions> = Object.freeze({
  quality: 60,
});

const RULES: Rules<ThumbnailOptions & { maxSide: number }> = {
  maxSide: COUNT,
  quality: {
    holds: (value) => COUNT.holds(value) && Number(value) <= 100,
    wanted: "an integer from 1 to 100",
  },
};

/**
 * Reads an image and makes it small: upright as its EXIF orientation says, its proportions kept.
 * An image that is small already keeps its size.
 *
 * @param path File of the image.
 * @param maxSide Most pixels of the longer side.
 * @returns A baseline JPEG; the same file always gives the same bytes.
 * @throws {DatasetError} If the file cannot be read or is no whole image.
 * @throws {OptionsError} If an option is wrong.
 *
 * @example
 * ```ts ignore
 * await Deno.writeFile("small.jpg", await readThumbnail("photo.jpg", 160));
 * ```
 */
export async function readThumbnail(
  path: string,
  maxSide: number,
  given: Partial<ThumbnailOptions> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { quality } = resolveOptions({ ...given, maxSide }, {
    purpose: "make a thumbnail",
    defaults: { ...THUMBNAIL_DEFAULTS, maxSide },
    rules: RULES,
  });
  const image = readSmall(path, { width: maxSide, height: maxSide });
  return await encodeJpeg(image, quality);
}

/**
 * Reads an image upright, and makes it fit if it is too large.
 *
 * @param within Largest width and height.
 * @throws {DatasetError} If the file cannot be read or is no whole image.
 */
export function readSmall(path: string, within: ImageSize): RgbImage {
  return readImage(path, smallImageOptions(within));
}

/** How images are read that people look at. */
export function smallImageOptions(within: ImageSize): ReadImageOptions {
  return {
    resize: null,
    resizeFilter: "bilinear",
    applyOrientation: true,
    within,
  };
}
