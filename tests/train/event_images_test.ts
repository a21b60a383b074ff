import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import type { RgbImage } from "../../lib/data/image/rgb_image.ts";
import { drawRetrieval } from "../../lib/train/event_images.ts";
import { inFolder } from "../in_folder.ts";

const RED = [220, 0, 0];
const GREEN = [0, 170, 0];
const WHITE = [255, 255, 255];
const GREY = 90;

function pixelAt(image: RgbImage, x: number, y: number): number[] {
  const at = (y * image.width + x) * 3;
  return [...image.pixels.subarray(at, at + 3)];
}

/** Writes a grey image and returns its path. */
async function writeGrey(
  folder: string,
  width: number,
  height: number,
): Promise<string> {
  const path = join(folder, `${width}x${height}.jpg`);
  const pixels = new Uint8Array(width * height * 3).fill(GREY);
  await Deno.writeFile(path, await encodeJpeg({ width, height, pixels }, 90));
  return path;
}

Deno.test("drawRetrieval() puts a query and its predictions side by side, in frames that tell right from wrong", () =>
  inFolder(async (folder) => {
    const query = await writeGrey(folder, 320, 240); // becomes 160x120
    const upright = await writeGrey(folder, 300, 400); // becomes 90x120
    const strip = drawRetrieval({
      query,
      predictions: [
        { path: query, isRight: true },
        { path: upright, isRight: false },
      ],
    });
    const widths = [160, 160, 90].map((width) => width + 8);
    assert.equal(strip.height, 128);
    assert.equal(strip.width, widths.reduce((a, b) => a + b) + 2 * 4);
    assert.equal(strip.pixels.length, strip.width * strip.height * 3);
    let left = 0;
    for (const [i, frame] of [WHITE, GREEN, RED].entries()) {
      const right = left + widths[i]! - 1;
      for (const x of [left, left + 3, right - 3, right]) {
        for (const y of [0, 64, 127]) {
          assert.deepEqual(pixelAt(strip, x, y), frame, `${i}: ${x}, ${y}`);
        }
      }
      for (const [x, y] of [[left + 4, 4], [right - 4, 123]] as const) {
        assert.deepEqual(pixelAt(strip, x, y), [GREY, GREY, GREY]);
      }
      if (i < 2) assert.deepEqual(pixelAt(strip, right + 2, 64), WHITE);
      left = right + 1 + 4;
    }
  }));

Deno.test("drawRetrieval() keeps a panorama and a thread within bounds", () =>
  inFolder(async (folder) => {
    const panorama = await writeGrey(folder, 1000, 50);
    const thread = await writeGrey(folder, 1, 900);
    const predictions = [{ path: thread, isRight: true }];
    const strip = drawRetrieval({ query: panorama, predictions });
    assert.equal(strip.width, 256 + 8 + 4 + 1 + 8);
    assert.equal(strip.height, 128);
    assert.deepEqual(pixelAt(strip, 100, 100), WHITE); // below the panorama
  }));

Deno.test("drawRetrieval() says which image cannot be read", () => {
  assert.throws(
    () => drawRetrieval({ query: "none.jpg", predictions: [] }),
    { name: "DatasetError", where: /^none\.jpg/ },
  );
});
