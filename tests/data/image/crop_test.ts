import assert from "node:assert/strict";
import { join } from "node:path";
import { cropImage } from "../../../lib/data/image/crop.ts";
import { createDecodePool } from "../../../lib/data/image/decode_pool.ts";
import { encodeJpeg } from "../../../lib/data/image/encode.ts";
import { imageBatches } from "../../../lib/data/image/image_batches.ts";
import { inFolder } from "../../in_folder.ts";

/** Each pixel tells where it is: red is the column, green the row. */
function makeImage(width: number, height: number): {
  width: number;
  height: number;
  pixels: Uint8Array<ArrayBuffer>;
} {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    pixels.set([i % width, Math.floor(i / width), 7], 3 * i);
  }
  return { width, height, pixels };
}

function corners(image: ReturnType<typeof makeImage>): number[] {
  const [left, top] = image.pixels;
  const [right, bottom] = image.pixels.slice(-3);
  return [left!, top!, right!, bottom!];
}

Deno.test("cropImage() cuts out whole pixels, rounded half to even", () => {
  const image = makeImage(20, 10);
  const crop = (left: number, top: number, right: number, bottom: number) =>
    cropImage(image, { left, top, right, bottom }, "a.jpg");
  const inner = crop(3, 2, 8, 9);
  assert.deepEqual([inner.width, inner.height], [5, 7]);
  assert.deepEqual(corners(inner), [3, 2, 7, 8]);
  assert.deepEqual(corners(crop(2.5, 3.5, 8.5, 9.4)), [2, 4, 7, 8]);
  assert.deepEqual(corners(crop(-4, -0.5, 99, 99)), [0, 0, 19, 9]);
});

Deno.test("cropImage() names a box that has nothing of its image", () => {
  const box = { left: 20, top: 0, right: 30, bottom: 5 };
  assert.throws(() => cropImage(makeImage(20, 10), box, "a.jpg"), {
    name: "DatasetError",
    where: "a.jpg is 20x10, its box 20 0 30 5",
  });
});

Deno.test("imageBatches() cuts boxes out before it resizes", () =>
  inFolder(async (folder) => {
    const path = join(folder, "image.jpg");
    await Deno.writeFile(path, await encodeJpeg(makeImage(20, 10), 90));
    using pool = createDecodePool({ threads: 1 });
    const box = { left: 3, top: 2, right: 8, bottom: 9 };
    const boxes = [box, null];
    const batches = await Array.fromAsync(
      imageBatches(pool, [path, path], {
        batchSize: 2,
        onMixedSizes: "split",
        boxes,
      }),
    );
    assert.deepEqual(
      batches.map(({ width, height }) => [width, height]),
      [[5, 7], [20, 10]],
    );
    const whole = await pool.decode(path);
    assert.deepEqual(batches[0]!.pixels, cropImage(whole, box, path).pixels);
    assert.deepEqual(batches[1]!.pixels, whole.pixels);
    const resize = { width: 8, height: 6 };
    using small = createDecodePool({ threads: 1, resize });
    const part = await small.decode(path, { box });
    assert.deepEqual([part.width, part.height], [8, 6]);
    assert.notDeepEqual(part.pixels, (await small.decode(path)).pixels);
  }));
