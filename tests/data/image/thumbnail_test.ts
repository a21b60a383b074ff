import assert from "node:assert/strict";
import { join } from "node:path";
import { createDecodePool } from "../../../lib/data/image/decode_pool.ts";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import { encodeJpeg } from "../../../lib/data/image/encode.ts";
import { resizeImage } from "../../../lib/data/image/resize.ts";
import {
  readSmall,
  readThumbnail,
  smallImageOptions,
} from "../../../lib/data/image/thumbnail.ts";
import { inFolder } from "../../in_folder.ts";
import { goldenPath, makeImage } from "./images.ts";

/** Writes an image and returns its path. */
async function writeImage(
  folder: string,
  width: number,
  height: number,
): Promise<string> {
  const path = join(folder, `${width}x${height}.jpg`);
  await Deno.writeFile(path, await encodeJpeg(makeImage(width, height), 90));
  return path;
}

async function sizeOf(path: string, maxSide: number): Promise<number[]> {
  const bytes = await readThumbnail(path, maxSide);
  const { width, height } = decodeImage(bytes, path);
  return [width, height];
}

Deno.test("readThumbnail() keeps proportions, and the size of what is small already", () =>
  inFolder(async (folder) => {
    const cases = [
      [320, 240, 160, 120],
      [240, 320, 120, 160],
      [161, 100, 160, 99],
      [1000, 2, 160, 1],
      [160, 160, 160, 160],
      [40, 30, 40, 30],
    ];
    for (const [width, height, ...expected] of cases) {
      const path = await writeImage(folder, width!, height!);
      assert.deepEqual(await sizeOf(path, 160), expected);
    }
  }));

Deno.test("readThumbnail() resizes and encodes, the same bytes each time, the fewer the lower the quality", () =>
  inFolder(async (folder) => {
    const path = await writeImage(folder, 320, 240);
    const image = decodeImage(Deno.readFileSync(path), path);
    const small = resizeImage(image, { width: 100, height: 75 });
    const expected = await encodeJpeg(small, 60);
    assert.deepEqual(await readThumbnail(path, 100), expected);
    const rough = await readThumbnail(path, 100, { quality: 20 });
    assert.ok(rough.length < expected.length);
  }));

Deno.test("readThumbnail() makes pictures upright, grey and CMYK ones too", async () => {
  const lying = goldenPath("b_jpeg/exif_rot6.jpg");
  const stored = decodeImage(Deno.readFileSync(lying), lying);
  const scale = 10 / Math.max(stored.width, stored.height);
  assert.deepEqual(await sizeOf(lying, 10), [
    Math.round(scale * stored.height),
    Math.round(scale * stored.width),
  ]);
  for (const name of ["gray.jpg", "cmyk_adobe.jpg"]) {
    const sides = await sizeOf(goldenPath(`b_jpeg/${name}`), 10);
    assert.equal(Math.max(...sides), 10, name);
  }
});

Deno.test("createDecodePool() makes images as small as readSmall() does", () =>
  inFolder(async (folder) => {
    const path = await writeImage(folder, 320, 240);
    const within = { width: 64, height: 64 };
    using pool = createDecodePool({
      ...smallImageOptions(within),
      threads: 1,
    });
    assert.deepEqual(await pool.decode(path), readSmall(path, within));
  }));

Deno.test("readThumbnail() says what is wrong with a file or an option", async () => {
  const gray = goldenPath("b_jpeg/gray.jpg");
  await assert.rejects(readThumbnail("none.jpg", 160), {
    name: "DatasetError",
    where: /^none\.jpg \(/,
  });
  await assert.rejects(readThumbnail(gray, 0.5, { quality: 101 }), {
    name: "OptionsError",
    where:
      "maxSide is 0.5, must be an integer >= 1; quality is 101, must be an integer from 1 to 100",
  });
});
