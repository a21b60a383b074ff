/**
 * Parts of images.
 *
 * @module
 */
import { DatasetError } from "../../errors.ts";
import type { ImageBox } from "../dataset.ts";
import { formatSize, type RgbImage } from "./rgb_image.ts";
import { viewImage } from "./view.ts";

/**
 * Cuts a part out of an image. Its edges are rounded to whole pixels, half to even; what is beyond
 * the image is left out.
 *
 * @param path Name of the image, for errors.
 * @returns Pixels `[H, W, 3]` in memory of their own.
 * @throws {DatasetError} If nothing of the image is within the box.
 *
 * Source: PIL, `Image.crop` (the rounding).
 */
export function cropImage(
  image: RgbImage,
  box: ImageBox,
  path: string,
): RgbImage {
  const left = Math.max(0, roundHalfToEven(box.left));
  const top = Math.max(0, roundHalfToEven(box.top));
  const width = Math.min(image.width, roundHalfToEven(box.right)) - left;
  const height = Math.min(image.height, roundHalfToEven(box.bottom)) - top;
  if (!(width > 0 && height > 0)) {
    const edges = [box.left, box.top, box.right, box.bottom].join(" ");
    throw new DatasetError("Cannot cut a part out of an image", {
      where: `${path} is ${formatSize(image)}, its box ${edges}`,
      fix: "correct the box of the query in the ground truth",
    });
  }
  return viewImage(image, { left, top, width, height, isMirrored: false });
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isHalf = value - below === 0.5;
  return isHalf ? below + (below % 2) : Math.round(value);
}
