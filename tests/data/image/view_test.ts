import assert from "node:assert/strict";
import fc from "fast-check";
import { join } from "node:path";
import { createDecodePool } from "../../../lib/data/image/decode_pool.ts";
import { imageBatches } from "../../../lib/data/image/image_batches.ts";
import { readImage } from "../../../lib/data/image/read_image.ts";
import { IMAGE_DEFAULTS } from "../../../lib/data/image/options.ts";
import { drawView, viewImage } from "../../../lib/data/image/view.ts";
import { encodeJpeg } from "../../../lib/data/image/encode.ts";
import { createRandom } from "../../../lib/random.ts";
import { inFolder } from "../../in_folder.ts";
import { makeImage } from "./images.ts";

Deno.test("viewImage() cuts out a window, and mirrors it if asked to", () => {
  const pixels = Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => i);
  const image = { width: 4, height: 3, pixels };
  const window = { left: 1, top: 1, width: 2, height: 2 };
  assert.deepEqual(viewImage(image, { ...window, isMirrored: false }), {
    ...{ width: 2, height: 2 },
    pixels: Uint8Array.of(15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32),
  });
  assert.deepEqual(
    viewImage(image, { ...window, isMirrored: true }).pixels,
    Uint8Array.of(18, 19, 20, 15, 16, 17, 30, 31, 32, 27, 28, 29),
  );
  assert.deepEqual(pixels[35], 35, "the image stays as it is");
});

Deno.test("drawView() stays inside, reaches every border, and mirrors every second view", () => {
  fc.assert(
    fc.property(
      ...[1, 1, 0, 0].map((min) => fc.integer({ min, max: 5 })) as [
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
      ],
      fc.integer(),
      (width, height, right, down, seed) => {
        const random = createRandom(seed);
        const whole = { width: width + right, height: height + down };
        const choices = { whole, window: { width, height } };
        const views = Array.from(
          { length: 300 },
          () => drawView(random, { ...choices, mirrors: true }),
        );
        for (const view of views) {
          assert.deepEqual([view.width, view.height], [width, height]);
        }
        const range = (values: number[]): number[] => [
          Math.min(...values),
          Math.max(...values),
        ];
        assert.deepEqual(range(views.map(({ left }) => left)), [0, right]);
        assert.deepEqual(range(views.map(({ top }) => top)), [0, down]);
        const mirrored = views.filter(({ isMirrored }) => isMirrored).length;
        assert.ok(mirrored > 90 && mirrored < 210, `${mirrored}`);
        const other = drawView(random, { ...choices, mirrors: false });
        assert.equal(other.isMirrored, false);
      },
    ),
    { seed: 1, numRuns: 20 },
  );
});

Deno.test("imageBatches() takes the view of each image, of its resized pixels", () =>
  inFolder(async (folder) => {
    const path = join(folder, "image.jpg");
    await Deno.writeFile(path, await encodeJpeg(makeImage(60, 40), 90));
    const resize = { width: 30, height: 20 };
    const random = createRandom(2);
    const views = Array.from({ length: 5 }, () =>
      drawView(random, {
        ...{ whole: resize, window: { width: 16, height: 12 } },
        mirrors: true,
      }));
    using pool = createDecodePool({ resize, threads: 2 });
    const whole = readImage(path, { ...IMAGE_DEFAULTS, resize });
    const paths = views.map(() => path);
    const batches = imageBatches(pool, paths, { batchSize: 2, views });
    let seen = 0;
    for await (const { indices, width, height, pixels } of batches) {
      assert.deepEqual([width, height], [16, 12]);
      indices.forEach((index, i) => {
        const length = 16 * 12 * 3;
        assert.deepEqual(
          pixels.slice(i * length, (i + 1) * length),
          viewImage(whole, views[index]!).pixels,
        );
        seen++;
      });
    }
    assert.equal(seen, views.length);
  }));
