import assert from "node:assert/strict";
import fc from "fast-check";
import { createDecodePool } from "../../../lib/data/image/decode_pool.ts";
import {
  type ImageBatch,
  imageBatches,
  type ImageBatchOptions,
  type UnreadableImage,
} from "../../../lib/data/image/image_batches.ts";
import { IMAGE_DEFAULTS } from "../../../lib/data/image/options.ts";
import { readImage } from "../../../lib/data/image/read_image.ts";
import type { RgbImage } from "../../../lib/data/image/rgb_image.ts";
import { DatasetError } from "../../../lib/errors.ts";
import { goldenPath } from "./images.ts";

const SAME_SIZE = ["base_420", "gray", "cmyk_adobe", "prog_420", "base_444"]
  .map((name) => goldenPath(`b_jpeg/${name}.jpg`)); // all 160x120

Deno.test("imageBatches() yields the images in the order of their paths", async () => {
  using pool = createDecodePool({ threads: 2 });
  const options = { batchSize: 2 };
  const batches = await Array.fromAsync(imageBatches(pool, SAME_SIZE, options));
  assert.deepEqual(
    batches.map(({ indices, height, width }) => ({ indices, height, width })),
    [[0, 1], [2, 3], [4]].map((indices) => ({
      indices,
      height: 120,
      width: 160,
    })),
  );
  const expected = SAME_SIZE.map((path) => readImage(path, IMAGE_DEFAULTS));
  assert.deepEqual(splitBatches(batches), expected.map(({ pixels }) => pixels));
});

Deno.test("imageBatches() gives the same batches whatever the timing, and decodes at most two batches ahead", async () => {
  const delay = fc.integer({ min: 0, max: 3 });
  const delays = fc.array(delay, { minLength: 0, maxLength: 12 });
  const sizes = fc.integer({ min: 1, max: 4 });
  await fc.assert(
    fc.asyncProperty(delays, sizes, async (delaysMs, batchSize) => {
      const pool = new FakePool((path) => {
        const index = Number(path);
        return { afterMs: delaysMs[index]!, image: makePixel(index) };
      });
      const paths = delaysMs.map((_, index) => String(index));
      const seen: number[] = [];
      for await (const batch of imageBatches(pool, paths, { batchSize })) {
        await new Promise((done) => setTimeout(done, 2));
        seen.push(...batch.pixels.filter((_, i) => i % 3 === 0));
        assert.ok(pool.begun <= seen.length + 2 * batchSize);
      }
      assert.deepEqual(seen, paths.map(Number));
    }),
    { numRuns: 25 },
  );
});

Deno.test("imageBatches() stops at an unreadable image with its name, and closes the pool", async () => {
  const missing = goldenPath("image/missing.jpg");
  const pool = createDecodePool({ threads: 2 });
  const paths = [SAME_SIZE[0]!, missing, ...SAME_SIZE];
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const batch of imageBatches(pool, paths, { batchSize: 1 })) {
      seen.push(...batch.indices);
    }
  }, (error) => error instanceof DatasetError && error.where.includes(missing));
  assert.deepEqual(seen, [0]);
  await assert.rejects(pool.decode(SAME_SIZE[0]!), /pool is closed/);
});

Deno.test("imageBatches() with skipUnreadable leaves unreadable images out and reports each", async () => {
  using pool = createDecodePool({ threads: 2 });
  const wrong = goldenPath("image/decoded.json");
  const missing = goldenPath("image/missing.jpg");
  const [first, second, third] = SAME_SIZE as [string, string, string];
  const paths = [wrong, first, missing, second, third, missing];
  const unreadable: UnreadableImage[] = [];
  const batches = await Array.fromAsync(imageBatches(pool, paths, {
    batchSize: 2,
    skipUnreadable: true,
    onUnreadable: (image) => unreadable.push(image),
  }));
  assert.deepEqual(batches.map(({ indices }) => indices), [[1, 3], [4]]);
  assert.deepEqual(
    unreadable.map(({ index, path }) => ({ index, path })),
    [0, 2, 5].map((index) => ({ index, path: paths[index] })),
  );
  assert.ok(unreadable.every(({ error }) => error instanceof DatasetError));
});

Deno.test("imageBatches() does not take a bug for an unreadable image", async () => {
  const pool = new FakePool(() => {
    throw new TypeError("a bug");
  });
  const options = { batchSize: 1, skipUnreadable: true };
  await assert.rejects(
    Array.fromAsync(imageBatches(pool, ["a"], options)),
    TypeError,
  );
  assert.ok(pool.isClosed);
});

Deno.test("imageBatches() names both images when sizes are mixed", async () => {
  const [small, large] = ["gray", "vga_420"].map((name) =>
    goldenPath(`b_jpeg/${name}.jpg`)
  );
  using pool = createDecodePool({ threads: 1 });
  const batches = imageBatches(pool, [small!, large!], { batchSize: 2 });
  await assert.rejects(Array.fromAsync(batches), {
    name: "DatasetError",
    where: `${small} is 160x120, ${large} is 640x480`,
    fix: "set resize to one size, such as 640x480",
  });
});

Deno.test("imageBatches() with onMixedSizes split ends a batch where the size changes", async () => {
  const widths = [1, 1, 2, 2, 2, 2, 1, 3];
  const pool = new FakePool((path) => ({
    afterMs: 0,
    image: makePixel(7, Number(path)),
  }));
  const options: ImageBatchOptions = { batchSize: 3, onMixedSizes: "split" };
  const batches = await Array.fromAsync(
    imageBatches(pool, widths.map(String), options),
  );
  assert.deepEqual(
    batches.map(({ indices, width }) => ({ indices, width })),
    [
      { indices: [0, 1], width: 1 },
      { indices: [2, 3, 4], width: 2 },
      { indices: [5], width: 2 },
      { indices: [6], width: 1 },
      { indices: [7], width: 3 },
    ],
  );
  for (const { indices, width, height, pixels } of batches) {
    assert.equal(pixels.buffer.byteLength, indices.length * width * height * 3);
  }
});

Deno.test("imageBatches() leaves the pool open when its reader stops early", async () => {
  using pool = createDecodePool({ threads: 1 });
  for await (const _ of imageBatches(pool, SAME_SIZE, { batchSize: 1 })) break;
  assert.equal((await pool.decode(SAME_SIZE[0]!)).width, 160);
});

Deno.test("imageBatches() rejects a batch size that is no positive integer", async () => {
  for (const batchSize of [0, 1.5, NaN]) {
    const pool = new FakePool(() => ({ afterMs: 0, image: makePixel(0) }));
    await assert.rejects(
      Array.fromAsync(imageBatches(pool, ["a"], { batchSize })),
      { name: "OptionsError", where: /^batchSize is/ },
    );
  }
});

/** A pool that answers with what it is told, when it is told. */
class FakePool {
  begun = 0;
  isClosed = false;
  readonly #answer: (path: string) => { afterMs: number; image: RgbImage };

  constructor(answer: (path: string) => { afterMs: number; image: RgbImage }) {
    this.#answer = answer;
  }

  async decode(path: string): Promise<RgbImage> {
    this.begun++;
    const { afterMs, image } = this.#answer(path);
    await new Promise((done) => setTimeout(done, afterMs));
    return image;
  }

  close(): void {
    this.isClosed = true;
  }
}

function makePixel(value: number, width = 1): RgbImage {
  const pixels = new Uint8Array(width * 3).fill(value);
  return { width, height: 1, pixels };
}

function splitBatches(batches: ImageBatch[]): Uint8Array[] {
  return batches.flatMap(({ indices, pixels }) => {
    const length = pixels.length / indices.length;
    return indices.map((_, n) => pixels.slice(n * length, (n + 1) * length));
  });
}
