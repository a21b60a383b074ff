/**
 * Views of an image: windows cut from it, mirrored or not, so that a network sees it differently each time.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import type { Random } from "../../random.ts";
import type { RgbImage } from "./rgb_image.ts";

/** A window of an image. Width and height in pixels. */
export interface ImageView extends ImageSize {
  /** Pixels to the left of it. */
  left: number;
  /** Pixels above it. */
  top: number;
  /** Whether left and right are exchanged. */
  isMirrored: boolean;
}

/** What views are drawn from. */
export interface ViewChoices {
  /** Size of the image. */
  whole: Readonly<ImageSize>;
  /** Size of the window, within `whole`. */
  window: Readonly<ImageSize>;
  /** Whether one in two is mirrored. */
  mirrors: boolean;
}

/** Draws a window, each place being as likely as any other. */
export function drawView(
  random: Random,
  { whole, window: { width, height }, mirrors }: ViewChoices,
): ImageView {
  const left = random.nextInteger(whole.width - width + 1);
  const top = random.nextInteger(whole.height - height + 1);
  const isMirrored = random.next() < 0.5 && mirrors;
  return { left, top, width, height, isMirrored };
}

/**
 * Cuts a window out of an image.
 *
 * @param image Pixels `[H, W, 3]`; it stays as it is.
 * @param view Within the image.
 */
export function viewImage(
  image: RgbImage,
  { left, top, width, height, isMirrored }: ImageView,
): RgbImage {
  const pixels = new Uint8Array(height * width * 3); // [height, width, 3]
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    const row = image.pixels.subarray(start, start + width * 3);
    pixels.set(isMirrored ? mirrorRow(row) : row, y * width * 3);
  }
  return { width, height, pixels };
}

/** Pixels of a row from right to left, `[W, 3]`. */
function mirrorRow(row: Uint8Array): Uint8Array {
  const mirrored = new Uint8Array(row.length);
  for (let from = 0, to = row.length - 3; to >= 0; from += 3, to -= 3) {
    mirrored[to] = row[from]!;
    mirrored[to + 1] = row[from + 1]!;
    mirrored[to + 2] = row[from + 2]!;
  }
  return mirrored;
}
