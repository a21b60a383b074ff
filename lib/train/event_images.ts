/**
 * Retrievals as pictures: a query, and its predictions in green or red frames.
 *
 * @module
 */
import type { RgbImage } from "../data/image/rgb_image.ts";
import { readSmall } from "../data/image/thumbnail.ts";
import type { RetrievalExample } from "../evaluate/examples.ts";

/** Height of a picture in pixels. */
const HEIGHT = 128;
/** Width of a frame, and of the space between two. */
const FRAME = 4;
/** Largest image in a frame. */
const INNER = { width: 2 * HEIGHT, height: HEIGHT - 2 * FRAME };

type Color = readonly [number, number, number];
const WHITE: Color = [255, 255, 255];
const GREEN: Color = [0, 170, 0];
const RED: Color = [220, 0, 0];

/**
 * Draws the query on the left and its predictions beside it, nearest first: green
 * where right, red where wrong.
 *
 * @param example Its images are read from their files, upright.
 * @returns Pixels `[128, W, 3]`.
 * @throws {DatasetError} If an image cannot be read.
 */
export function drawRetrieval(
  { query, predictions }: RetrievalExample,
): RgbImage {
  const draw = (path: string, color: Color): RgbImage =>
    addFrame(readSmall(path, INNER), color);
  return joinImages([
    draw(query, WHITE),
    ...predictions.map(({ path, isRight }) =>
      draw(path, isRight ? GREEN : RED)
    ),
  ]);
}

function addFrame(image: RgbImage, color: Color): RgbImage {
  const framed = paint(
    image.width + 2 * FRAME,
    image.height + 2 * FRAME,
    color,
  );
  copyInto(framed, image, FRAME, FRAME);
  return framed;
}

/** Puts images side by side, on white. */
function joinImages(images: readonly RgbImage[]): RgbImage {
  const width = images.reduce((sum, image) => sum + image.width + FRAME, 0);
  const joined = paint(width - FRAME, HEIGHT, WHITE);
  let left = 0;
  for (const image of images) {
    copyInto(joined, image, left, 0);
    left += image.width + FRAME;
  }
  return joined;
}

function paint(width: number, height: number, color: Color): RgbImage {
  const pixels = new Uint8Array(height * width * 3); // [H, W, 3]
  for (let at = 0; at < pixels.length; at += 3) pixels.set(color, at);
  return { width, height, pixels };
}

function copyInto(
  target: RgbImage,
  { width, height, pixels }: RgbImage,
  left: number,
  top: number,
): void {
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width * 3, (y + 1) * width * 3);
    target.pixels.set(row, ((top + y) * target.width + left) * 3);
  }
}
