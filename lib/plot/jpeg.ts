/**
 * Images inside of pictures.
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";
import { round } from "./svg.ts";

/** An image as a file. */
export interface JpegImage extends ImageSize {
  /** Bytes of a JPEG file. */
  jpeg: Uint8Array;
}

/** Where an image is put; it fills that. */
export interface ImagePlace extends ImageSize {
  x: number;
  y: number;
}

/** Draws an image; its file is part of the picture. */
export function drawJpeg(
  { jpeg }: JpegImage,
  { x, y, width, height }: ImagePlace,
): string {
  return `<image x="${round(x)}" y="${round(y)}" width="${
    round(width)
  }" height="${
    round(height)
  }" preserveAspectRatio="none" href="data:image/jpeg;base64,${jpeg.toBase64()}"/>`;
}
