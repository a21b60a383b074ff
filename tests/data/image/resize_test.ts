import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import {
  RESIZE_FILTERS,
  type ResizeFilter,
  resizeImage,
} from "../../../lib/data/image/resize.ts";
import type { RgbImage } from "../../../lib/data/image/rgb_image.ts";
import {
  digestOf,
  type PixelDigest,
  readGolden,
  readGoldenJson,
} from "./images.ts";

interface ResizedDigest extends PixelDigest {
  file: string;
  width: number;
  height: number;
  filter: ResizeFilter;
}

const SIDE = fc.integer({ min: 1, max: 40 });
const SIZE = fc.record({ width: SIDE, height: SIDE });
const FILTER = fc.constantFrom(...RESIZE_FILTERS);
const IMAGE = SIZE.chain(({ width, height }) => {
  const length = width * height * 3;
  return fc.uint8Array({ minLength: length, maxLength: length })
    .map((pixels): RgbImage => ({
      width,
      height,
      pixels: new Uint8Array(pixels),
    }));
});

Deno.test("resizeImage() gives Pillow's pixels with every filter, up and down", async () => {
  const golden = readGoldenJson<ResizedDigest[]>("image/resized.json");
  assert.equal(golden.length, 11 * RESIZE_FILTERS.length);
  for (const { file, width, height, filter, ...digest } of golden) {
    const image = decodeImage(readGolden(`b_jpeg/${file}`), file);
    const resized = resizeImage(image, { width, height }, filter);
    const what = `${file} to ${width}x${height}, ${filter}`;
    assert.deepEqual(await digestOf(resized), digest, what);
  }
});

Deno.test("resizeImage() is bilinear unless told otherwise", () => {
  const image = decodeImage(readGolden("b_jpeg/odd_420.jpg"), "odd_420.jpg");
  const size = { width: 64, height: 48 };
  assert.deepEqual(
    resizeImage(image, size),
    resizeImage(image, size, "bilinear"),
  );
});

Deno.test("resizeImage() keeps a constant image constant", () => {
  const color = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(fc.property(SIZE, SIZE, color, FILTER, (from, to, rgb, filter) => {
    const pixels = Uint8Array.from(
      { length: from.width * from.height * 3 },
      (_, i) => rgb[i % 3]!,
    );
    const resized = resizeImage({ ...from, pixels }, to, filter);
    assert.equal(resized.pixels.length, to.width * to.height * 3);
    assert.ok(resized.pixels.every((value, i) => value === rgb[i % 3]));
  }));
});

Deno.test("resizeImage() to the size that it has returns the same pixels", () => {
  fc.assert(fc.property(IMAGE, FILTER, (image, filter) => {
    const before = image.pixels.slice();
    assert.deepEqual(resizeImage(image, image, filter).pixels, before);
  }));
});

Deno.test("resizeImage() of a mirrored image is the mirrored result", () => {
  const filters = fc.constantFrom<ResizeFilter>("bilinear", "bicubic");
  fc.assert(fc.property(IMAGE, SIZE, filters, (image, size, filter) => {
    const resized = mirror(resizeImage(image, size, filter));
    const mirrored = resizeImage(mirror(image), size, filter);
    // Weights are rounded to 22 bits, sums once per pass: at most one step each.
    const difference = resized.pixels.map((value, i) =>
      Math.abs(value - mirrored.pixels[i]!)
    );
    assert.ok(Math.max(...difference) <= 2);
  }));
});

Deno.test("resizeImage() leaves its input as it was", () => {
  const image = decodeImage(readGolden("b_jpeg/odd_420.jpg"), "odd_420.jpg");
  const before = image.pixels.slice();
  for (const filter of RESIZE_FILTERS) {
    resizeImage(image, { width: 50, height: 93 }, filter);
  }
  assert.deepEqual(image.pixels, before);
});

function mirror({ width, height, pixels }: RgbImage): RgbImage {
  const mirrored = pixels.map((_, i) => {
    const [row, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    return pixels[(row * width + width - 1 - x) * 3 + i % 3]!;
  });
  return { width, height, pixels: mirrored };
}
