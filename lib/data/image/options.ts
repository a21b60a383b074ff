/**
 * Options of reading images.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import {
  BOOLEAN,
  COUNT,
  oneOf,
  resolveOptions,
  type Rules,
} from "../../options.ts";
import { RESIZE_FILTERS, type ResizeFilter } from "./resize.ts";
import { MAX_PIXELS } from "./rgb_image.ts";

/** Options of reading images. Each is described, with its unit, here and nowhere else. */
export interface ImageOptions {
  /** Width and height in pixels that every image is resized to; null leaves them as they are. */
  resize: Readonly<ImageSize> | null;
  /** How images are resampled when they are resized. */
  resizeFilter: ResizeFilter;
  /** Workers that decode images, 1 to 64. */
  threads: number;
  /** Whether images that cannot be read are left out and counted, instead of stopping the run. */
  skipUnreadable: boolean;
  /** Whether JPEGs are turned upright as their EXIF orientation says. */
  applyOrientation: boolean;
}

/** The one place where defaults live; one core is left to the engine. */
export const IMAGE_DEFAULTS: Readonly<ImageOptions> = Object.freeze({
  resize: null,
  resizeFilter: "bilinear",
  threads: Math.min(Math.max(navigator.hardwareConcurrency - 1, 1), 8),
  skipUnreadable: false,
  applyOrientation: false,
});

/** Workers beyond this are a slip of the hand. */
const MAX_THREADS = 64;

/** One rule per option: forgetting one does not compile. */
const RULES: Rules<ImageOptions> = {
  resize: {
    holds: (size) => size === null || isSize(size),
    wanted:
      `null, or a width and a height in whole pixels, at most ${MAX_PIXELS} in all`,
  },
  resizeFilter: oneOf(RESIZE_FILTERS),
  threads: {
    holds: (count) => COUNT.holds(count) && Number(count) <= MAX_THREADS,
    wanted: `an integer from 1 to ${MAX_THREADS}`,
  },
  skipUnreadable: BOOLEAN,
  applyOrientation: BOOLEAN,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If an option is unknown or breaks its rule; it names every such option.
 */
export function resolveImageOptions(
  given: Partial<ImageOptions> = {},
): Readonly<ImageOptions> {
  return resolveOptions(given, {
    purpose: "read images",
    defaults: IMAGE_DEFAULTS,
    rules: RULES,
  });
}

function isSize(value: unknown): value is ImageSize {
  const { width, height } = value as ImageSize;
  return COUNT.holds(width) && COUNT.holds(height) &&
    width * height <= MAX_PIXELS;
}
