/**
 * One file → one image, ready for the encoder.
 *
 * @module
 */
import { DatasetError, describeCause } from "../../errors.ts";
import { decodeImage } from "./decode.ts";
import type { ImageOptions } from "./options.ts";
import { resizeImage } from "./resize.ts";
import type { RgbImage } from "./rgb_image.ts";

/** What is done to an image once its file is read. */
export type ReadImageOptions = Pick<
  ImageOptions,
  "resize" | "resizeFilter" | "applyOrientation"
>;

/**
 * Reads, decodes and resizes an image on the thread that calls it; many are better read by a decode pool.
 *
 * @param path File of the image.
 * @param options Resolved options of reading images.
 * @returns Pixels `[H, W, 3]`, 0 to 255.
 * @throws {DatasetError} If the file cannot be read or is no whole image.
 */
export function readImage(path: string, options: ReadImageOptions): RgbImage {
  const { resize, resizeFilter, applyOrientation } = options;
  const image = decodeImage(readBytes(path), path, { applyOrientation });
  return resize === null ? image : resizeImage(image, resize, resizeFilter);
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
