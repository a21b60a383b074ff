/**
 * One file → one image, ready for the encoder.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import { DatasetError, describeCause } from "../../errors.ts";
import type { ImageBox } from "../dataset.ts";
import { cropImage } from "./crop.ts";
import { decodeImage } from "./decode.ts";
import type { ImageOptions } from "./options.ts";
import { resizeImage } from "./resize.ts";
import type { RgbImage } from "./rgb_image.ts";
import { type ImageView, viewImage } from "./view.ts";

/** What is done to an image once its file is read. */
export interface ReadImageOptions
  extends Pick<ImageOptions, "resize" | "resizeFilter" | "applyOrientation"> {
  /** Largest width and height: a larger image is made as small, its proportions kept. No limit if left out. */
  within?: Readonly<ImageSize>;
  /** The part that counts, cut out before the image is resized; the whole if left out. */
  box?: Readonly<ImageBox>;
  /** The part of the resized image that is taken; all of it if left out. */
  view?: Readonly<ImageView>;
}

/** Which part of an image is read. */
export type ImagePart = Pick<ReadImageOptions, "box" | "view">;

/**
 * Reads, decodes and resizes an image on the thread that calls it; many are better read by a decode pool.
 *
 * @param path File of the image.
 * @param options Resolved options of reading images.
 * @returns Pixels `[H, W, 3]`, 0 to 255.
 * @throws {DatasetError} If the file cannot be read or is no whole image.
 */
export function readImage(path: string, options: ReadImageOptions): RgbImage {
  return readImageBytes(readBytes(path), path, options);
}

/**
 * Decodes and resizes an image that has been read.
 *
 * @param bytes The file.
 * @param path Its name, for errors.
 * @param options Resolved options of reading images.
 * @returns Pixels `[H, W, 3]`, 0 to 255.
 * @throws {DatasetError} If it is no whole image.
 */
export function readImageBytes(
  bytes: Uint8Array,
  path: string,
  options: ReadImageOptions,
): RgbImage {
  const { resize, resizeFilter, applyOrientation, within } = options;
  const { box, view } = options;
  const whole = decodeImage(bytes, path, { applyOrientation });
  const image = box ? cropImage(whole, box, path) : whole;
  const size = limitSize(resize ?? image, within);
  const resized = resizeImage(image, size, resizeFilter);
  return view ? viewImage(resized, view) : resized;
}

/** The size, or the largest within the limit that has its proportions. */
function limitSize(
  { width, height }: ImageSize,
  limit: ImageSize = { width, height },
): ImageSize {
  const scale = Math.min(limit.width / width, limit.height / height, 1);
  const fit = (length: number): number =>
    Math.max(1, Math.round(scale * length));
  return { width: fit(width), height: fit(height) };
}

function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (cause) {
    throw new DatasetError("Cannot read an image", {
      where: `${path} (${describeCause(cause)})`,
      fix: "check the path and who may read it",
      cause,
    });
  }
}
