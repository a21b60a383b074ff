/**
 * What an image is once it is decoded.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";

/** A decoded image. */
export interface RgbImage extends ImageSize {
  /** Red, green and blue of every pixel, row by row, `[H, W, 3]`. */
  pixels: Uint8Array<ArrayBuffer>;
}

/** The largest image that is decoded or made, in pixels; a larger one is taken for a decompression bomb. */
export const MAX_PIXELS = 100_000_000;

/** A size as people write it, such as `640x480`. */
export function formatSize({ width, height }: ImageSize): string {
  return `${width}x${height}`;
}
