/**
 * Files of an image format → pixels.
 *
 * @module
 */
import { DatasetError, describeCause } from "../../errors.ts";
import { decodeJpeg } from "./decode_jpeg.ts";
import { decodePng } from "./decode_png.ts";
import { decodeWebp } from "./decode_webp.ts";
import { orientImage, readOrientation } from "./orientation.ts";
import type { RgbImage } from "./rgb_image.ts";

/** How an image is decoded. */
export interface DecodeOptions {
  /** Whether a JPEG is turned upright as its EXIF orientation says. */
  applyOrientation?: boolean;
}

/** A format: how its files begin, and its decoder. */
interface Format {
  name: string;
  /** Media type. */
  type: string;
  begins(bytes: Uint8Array): boolean;
  decode(bytes: Uint8Array): RgbImage;
}

const FORMATS: readonly Format[] = [
  {
    name: "JPEG",
    type: "image/jpeg",
    begins: (bytes) => hasText(bytes, 0, "\xff\xd8\xff"),
    decode: decodeJpeg,
  },
  {
    name: "PNG",
    type: "image/png",
    begins: (bytes) => hasText(bytes, 0, "\x89PNG\r\n\x1a\n"),
    decode: decodePng,
  },
  {
    name: "WebP",
    type: "image/webp",
    begins: (bytes) => hasText(bytes, 0, "RIFF") && hasText(bytes, 8, "WEBP"),
    decode: decodeWebp,
  },
];

/** Bytes of a file that tell its format. */
export const FORMAT_BYTES = 12;

/**
 * Tells the media type of an image, such as `image/png`.
 *
 * @param bytes The file, or the first 12 bytes of it.
 * @returns Undefined if it is no JPEG, PNG or WebP.
 */
export function findImageType(bytes: Uint8Array): string | undefined {
  return FORMATS.find(({ begins }) => begins(bytes))?.type;
}

/**
 * Decodes a JPEG, PNG or WebP, told apart by its first bytes.
 *
 * JPEG pixels equal libjpeg-turbo's to the bit. Grey becomes RGB, CMYK too (as
 * PIL's `convert("RGB")`), alpha is dropped, colour profiles are not applied.
 *
 * @param bytes The file.
 * @param path Its name, for errors.
 * @param options Whether EXIF orientation is applied; it is not by default.
 * @returns Pixels `[H, W, 3]`, 0 to 255, in memory of their own.
 * @throws {DatasetError} If the image is empty, truncated, damaged, over 100 megapixels or of another format.
 *
 * Source: PIL, `Image.open(…).convert("RGB")`.
 */
export function decodeImage(
  bytes: Uint8Array,
  path: string,
  { applyOrientation = false }: DecodeOptions = {},
): RgbImage {
  const format = FORMATS.find(({ begins }) => begins(bytes));
  if (format === undefined) {
    const reason = bytes.length === 0
      ? "the file is empty"
      : "it is no JPEG, PNG or WebP";
    throw new DatasetError("Cannot decode an image", {
      where: `${path} (${reason})`,
      fix: "replace it by a JPEG, PNG or WebP, or remove it from the dataset",
    });
  }
  const image = decodeAs(format, bytes, path);
  return applyOrientation ? orientImage(image, readOrientation(bytes)) : image;
}

function decodeAs(format: Format, bytes: Uint8Array, path: string): RgbImage {
  try {
    return format.decode(bytes);
  } catch (cause) {
    throw new DatasetError(`Cannot decode an image (${format.name})`, {
      where: `${path} (${describeCause(cause)})`,
      fix: "replace the file, or set skipUnreadable to leave it out",
      cause,
    });
  }
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  return String.fromCharCode(
    ...bytes.subarray(offset, offset + text.length),
  ) === text;
}
