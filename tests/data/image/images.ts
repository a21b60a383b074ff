/**
 * Images that the tests of this folder share.
 *
 * @module
 */
import type { RgbImage } from "../../../lib/data/image/rgb_image.ts";

/** Shape and SHA-256 of the pixels of an image. */
export interface PixelDigest {
  shape: number[];
  sha256: string;
}

const GOLDEN = new URL("../../golden/", import.meta.url);

/** The path of a golden file, such as `b_jpeg/gray.jpg`. */
export function goldenPath(name: string): string {
  return new URL(name, GOLDEN).pathname;
}

/** The bytes of a golden file. */
export function readGolden(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(goldenPath(name));
}

/** A golden JSON file. */
export function readGoldenJson<Content>(name: string): Content {
  return JSON.parse(Deno.readTextFileSync(goldenPath(name)));
}

/** Shape and SHA-256 of the pixels of an image, as the golden files have them. */
export async function digestOf(
  { width, height, pixels }: RgbImage,
): Promise<PixelDigest> {
  const hash = await crypto.subtle.digest("SHA-256", pixels);
  return { shape: [height, width, 3], sha256: new Uint8Array(hash).toHex() };
}

/** A smooth image with some texture, for encoding. */
export function makeImage(width: number, height: number): RgbImage {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 70 * Math.sin(x / 17 + i % 3) * Math.cos(y / 11) +
      (x * 7 + y * 13) % 23;
  });
  return { width, height, pixels };
}
