/**
 * Pixels → JPEG.
 *
 * @module
 */
import encode, { init } from "@jsquash/jpeg/encode.js";
import { OptionsError } from "../../errors.ts";
import { mozjpegEncoder } from "./codec_modules.js";
import type { RgbImage } from "./rgb_image.ts";

let ready: Promise<void> | null = null;

/**
 * Encodes an image as a baseline JPEG with MozJPEG; the same pixels always give the same bytes.
 *
 * @param image Pixels `[H, W, 3]`.
 * @param quality 1 (small) to 100 (good).
 * @returns The file.
 * @throws {OptionsError} If the quality is out of range.
 */
export async function encodeJpeg(
  image: RgbImage,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new OptionsError(`Cannot encode a JPEG of quality ${quality}`, {
      where: "argument quality",
      fix: "pass an integer from 1 to 100",
    });
  }
  ready ??= init(mozjpegEncoder);
  await ready;
  const { width, height } = image;
  const data = addAlpha(image.pixels);
  const rgba = { data, width, height, colorSpace: "srgb" } as ImageData;
  return new Uint8Array(await encode(rgba, { quality, baseline: true }));
}

/** Makes RGBA of RGB, opaque. */
function addAlpha(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(rgb.length / 3 * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
  }
  return rgba;
}
