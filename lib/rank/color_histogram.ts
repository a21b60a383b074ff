/**
 * Colour histograms: the floor that every aggregation layer should be above.
 *
 * @module
 */

/** Bins of each of red, green and blue. */
const BINS = 8;

/** Length of a histogram, F. */
export const HISTOGRAM_LENGTH = BINS ** 3;

/**
 * Counts the colours of images, whatever is where in them.
 *
 * @param pixels RGB, 0-255, `[N, H, W, 3]`.
 * @param numPixels H·W.
 * @returns Square roots of the shares of 8×8×8 colours, which are of unit length, `[N, 512]`.
 *
 * Source: Swain and Ballard, Color indexing, IJCV 1991; compared by Hellinger's distance, as in
 * Arandjelović and Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012.
 */
export function colorHistograms(
  pixels: Uint8Array,
  numPixels: number,
): Float32Array {
  const N = pixels.length / (3 * numPixels);
  const histograms = new Float32Array(N * HISTOGRAM_LENGTH);
  for (let i = 0; i < N * numPixels; i++) {
    const image = Math.floor(i / numPixels);
    histograms[image * HISTOGRAM_LENGTH + binOf(pixels, 3 * i)]!++;
  }
  return histograms.map((count) => Math.sqrt(count / numPixels));
}

function binOf(pixels: Uint8Array, at: number): number {
  const level = (channel: number): number =>
    Math.floor(pixels[at + channel]! * BINS / 256);
  return (level(0) * BINS + level(1)) * BINS + level(2);
}
