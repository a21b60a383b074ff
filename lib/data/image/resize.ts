/**
 * Resizing, equal to Pillow's to the bit.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import type { RgbImage } from "./rgb_image.ts";

/** Ways to resample, by Pillow's names. */
export const RESIZE_FILTERS = [
  "nearest",
  "bilinear",
  "bicubic",
  "lanczos",
] as const;

/** A way to resample. All but `nearest` widen with the reduction, so that they do not alias. */
export type ResizeFilter = typeof RESIZE_FILTERS[number];

/** An interpolation kernel, zero beyond `support` pixels. */
interface Kernel {
  support: number;
  weigh(x: number): number;
}

/** For every output position, the input positions that it is a weighted sum of. */
interface Taps {
  /** First input position of each output position. */
  firsts: Int32Array;
  /** How many input positions each has. */
  counts: Int32Array;
  /** Their weights in fixed point, `stride` places for each output position. */
  weights: Int32Array;
  stride: number;
}

const KERNELS: Record<Exclude<ResizeFilter, "nearest">, Kernel> = {
  bilinear: { support: 1, weigh: triangle },
  bicubic: { support: 2, weigh: cubic },
  lanczos: { support: 3, weigh: lanczos },
};

/** Bits behind the binary point of a weight: 8 for the pixel and 2 to spare remain of 32. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resizes an image.
 *
 * Two passes, along rows and then along columns, each rounded to 8 bits.
 *
 * @param image Pixels `[H, W, 3]`.
 * @param size Width and height of the result.
 * @param filter How to resample.
 * @returns The resized image; `image` itself if it has that size already.
 *
 * @example
 * ```ts
 * import { resizeImage } from "@whereabouts/whereabouts";
 *
 * const pixels = Uint8Array.of(0, 0, 0, 255, 255, 255); // black, white
 * const grey = resizeImage({ width: 2, height: 1, pixels }, { width: 1, height: 1 });
 * console.log(grey.pixels); // 128, 128, 128
 * ```
 *
 * Source: Pillow, `Image.resize`: `Resample.c` and, for `nearest`, `Geometry.c`.
 */
export function resizeImage(
  image: RgbImage,
  { width, height }: ImageSize,
  filter: ResizeFilter = "bilinear",
): RgbImage {
  if (image.width === width && image.height === height) return image;
  if (filter === "nearest") return resizeNearest(image, { width, height });
  const kernel = KERNELS[filter];
  const wide = image.width === width
    ? image
    : resizeRows(image, createTaps(image.width, width, kernel)); // [H, width, 3]
  return wide.height === height
    ? wide
    : resizeColumns(wide, createTaps(wide.height, height, kernel)); // [height, width, 3]
}

function createTaps(inSize: number, outSize: number, kernel: Kernel): Taps {
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1); // a reduction averages, an enlargement interpolates
  const support = kernel.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const firsts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inSize);
    const raw = Array.from(
      { length: end - first },
      (_, i) => kernel.weigh((first + i - center + 0.5) * (1 / stretch)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    firsts[out] = first;
    counts[out] = raw.length;
    weights.set(raw.map((weight) => toFixedPoint(weight / sum)), out * stride);
  }
  return { firsts, counts, weights, stride };
}

/** Rounds half away from zero. */
function toFixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
}

function resizeRows(image: RgbImage, taps: Taps): RgbImage {
  const { firsts, counts, weights, stride } = taps;
  const { width: W, height, pixels } = image;
  const width = firsts.length;
  const result = new Uint8ClampedArray(height * width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let from = (y * W + firsts[x]!) * 3;
      const end = x * stride + counts[x]!;
      for (let tap = x * stride; tap < end; tap++, from += 3) {
        const weight = weights[tap]!;
        red = red + weight * pixels[from]! | 0;
        green = green + weight * pixels[from + 1]! | 0;
        blue = blue + weight * pixels[from + 2]! | 0;
      }
      result[to++] = red >> PRECISION_BITS;
      result[to++] = green >> PRECISION_BITS;
      result[to++] = blue >> PRECISION_BITS;
    }
  }
  return { width, height, pixels: new Uint8Array(result.buffer) };
}

function resizeColumns(image: RgbImage, taps: Taps): RgbImage {
  const { firsts, counts, weights, stride } = taps;
  const { width, pixels } = image;
  const height = firsts.length;
  const rowLength = width * 3;
  const result = new Uint8ClampedArray(height * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const from = (firsts[y]! + tap) * rowLength;
      for (let i = 0; i < rowLength; i++) {
        sums[i] = sums[i]! + weight * pixels[from + i]!;
      }
    }
    const to = y * rowLength;
    for (let i = 0; i < rowLength; i++) {
      result[to + i] = sums[i]! >> PRECISION_BITS;
    }
  }
  return { width, height, pixels: new Uint8Array(result.buffer) };
}

function resizeNearest(image: RgbImage, size: ImageSize): RgbImage {
  const columns = nearestPositions(image.width, size.width);
  const rows = nearestPositions(image.height, size.height);
  const pixels = new Uint8Array(size.width * size.height * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * 3;
      pixels[to++] = image.pixels[from]!;
      pixels[to++] = image.pixels[from + 1]!;
      pixels[to++] = image.pixels[from + 2]!;
    }
  }
  return { ...size, pixels };
}

/** The input position of each output position; summed up, not multiplied, because Pillow does. */
function nearestPositions(inSize: number, outSize: number): Int32Array {
  const scale = inSize / outSize;
  let position = scale * 0.5;
  return new Int32Array(outSize).map(() => {
    const nearest = Math.min(Math.trunc(position), inSize - 1);
    position += scale;
    return nearest;
  });
}

function triangle(x: number): number {
  return Math.max(1 - Math.abs(x), 0);
}

/** Keys' cubic with a = −1/2. */
function cubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
