import assert from "node:assert/strict";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { readImage } from "../../lib/data/image/read_image.ts";
import { resizeImage } from "../../lib/data/image/resize.ts";
import { resolveImageOptions } from "../../lib/data/image/options.ts";
import * as tf from "../../lib/engine/tf.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { withModel } from "../evaluate/evaluate_small_model.ts";
import { TINY_HEIGHT, TINY_WIDTH } from "../tiny_city.ts";
import { explore, sendPhoto, withReport } from "./explore_tiny_city.ts";

/** What is left of distances in float32. */
const DISTANCE_TOLERANCE = 1e-6;

/** What another JPEG of the same pixels makes of a distance. */
const JPEG_TOLERANCE = 0.05;

testOnWasm(
  "exploreReport() finds for every query what evaluateModel() predicted for it, two visitors at once",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset, predictions }) =>
          explore(model, folder, async (url) => {
            const { count, indices, distancesSquared } = predictions;
            const ask = async (query: number): Promise<void> => {
              const photo = await Deno.readFile(dataset.queries.paths[query]!);
              const { status, reply } = await sendPhoto(url, photo);
              assert.equal(status, 200);
              const at = query * count;
              assert.deepEqual(
                reply.matches.map(({ index }) =>
                  index
                ),
                [...indices.subarray(at, at + count)],
              );
              const [agreement = ""] = reply.findings;
              assert.match(agreement, / 5 nearest images|the next 4 lies/);
              reply.matches.forEach(
                ({ distance, eastMeters, index }, place) => {
                  const expected = Math.sqrt(distancesSquared[at + place]!);
                  assert.ok(Math.abs(distance - expected) < DISTANCE_TOLERANCE);
                  assert.equal(eastMeters, dataset.database.eastMeters[index]);
                },
              );
            };
            const queries = [...dataset.queries.paths.keys()];
            for (
              const query of queries.filter((i) => i % 2 === 0)
            ) {
              await Promise.all([ask(query), ask(query + 1)]);
            }
          })),
    ),
);

testOnWasm(
  "exploreReport() makes a larger photo as small as the database, and turns it upright",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset }) =>
          explore(model, folder, async (url) => {
            const [path = ""] = dataset.queries.paths;
            const image = readImage(path, resolveImageOptions());
            const large = resizeImage(image, {
              width: 5 * TINY_WIDTH,
              height: 5 * TINY_HEIGHT,
            }, "nearest");
            const distanceOf = async (
              photo: Uint8Array<ArrayBuffer>,
            ): Promise<number> =>
              (await sendPhoto(url, photo)).reply.matches[0]!.distance;
            const own = await distanceOf(await Deno.readFile(path));
            const made = await distanceOf(await encodeJpeg(large, 95));
            const turned = await encodeJpeg(turnLeft(large), 95);
            const upright = await distanceOf(withOrientation(turned, 6));
            assert.ok(
              Math.abs(made - own) < JPEG_TOLERANCE,
              `${made}, not ${own}`,
            );
            assert.ok(
              Math.abs(upright - made) < JPEG_TOLERANCE,
              `${upright}, not ${made}`,
            );
            const lying = await distanceOf(turned);
            assert.ok(
              lying > made + 2 * JPEG_TOLERANCE,
              `${lying} and ${made}`,
            );
          })),
    ),
);

testOnWasm(
  "exploreReport() says what is wrong with a photo, and goes on",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset }) =>
          explore(model, folder, async (url) => {
            const whole = await Deno.readFile(dataset.queries.paths[0]!);
            const tiny = await encodeJpeg(
              { width: 2, height: 2, pixels: new Uint8Array(12) },
              90,
            );
            const cases: [Uint8Array<ArrayBuffer>, number, RegExp][] = [
              [new TextEncoder().encode("<svg>"), 422, /it is no JPEG/],
              [whole.slice(0, 900), 422, /truncated or damaged/],
              [pngBomb(), 422, /60000x60000, over 100 megapixels/],
              [tiny, 422, /resize/],
              [new Uint8Array(), 400, /^$/],
            ];
            for (const [photo, status, where] of cases) {
              const found = await sendPhoto(url, photo);
              assert.equal(found.status, status);
              assert.match(found.reply.error!.what, /^Cannot /);
              assert.match(found.reply.error!.where, where);
              assert.ok(found.reply.error!.fix.length > 10);
            }
            assert.equal((await sendPhoto(url, whole)).status, 200);
          })),
    ),
);

testOnWasm(
  "exploreReport() keeps no tensor and no file of many photos, answered or not",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset }) =>
          explore(model, folder, async (url) => {
            const photo = await Deno.readFile(dataset.queries.paths[3]!);
            await sendPhoto(url, photo);
            const tensors = tf.memory().numTensors;
            const files = [...Deno.readDirSync(folder)].length;
            for (let i = 0; i < 10; i++) {
              await sendPhoto(url, i % 3 === 0 ? photo.slice(0, 500) : photo);
              await assert.rejects(fetch(`${url}locate`, {
                method: "POST",
                body: photo,
                signal: AbortSignal.timeout(1),
              }));
            }
            await sendPhoto(url, photo);
            assert.equal(tf.memory().numTensors, tensors);
            assert.equal([...Deno.readDirSync(folder)].length, files);
          })),
    ),
);

function turnLeft(
  { width, height, pixels }: ReturnType<typeof readImage>,
): ReturnType<typeof readImage> {
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = ((width - 1 - x) * height + y) * 3;
      const from = (y * width + x) * 3;
      turned.set(pixels.subarray(from, from + 3), to);
    }
  }
  return { width: height, height: width, pixels: turned };
}

/** Puts an EXIF segment with nothing but the orientation behind the start of a JPEG. */
function withOrientation(
  jpeg: Uint8Array,
  orientation: number,
): Uint8Array<ArrayBuffer> {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1];
  const exif = [
    ...new TextEncoder().encode("Exif\0\0"),
    ...tiff,
    ...[0, orientation, 0, 0, 0, 0, 0, 0],
  ];
  return Uint8Array.from([
    ...jpeg.subarray(0, 2),
    ...[0xff, 0xe1, 0, exif.length + 2],
    ...exif,
    ...jpeg.subarray(2),
  ]);
}

/** A PNG whose header says that it is enormous. */
function pngBomb(): Uint8Array<ArrayBuffer> {
  const png = new Uint8Array(64);
  png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  png.set(new TextEncoder().encode("IHDR"), 12);
  new DataView(png.buffer).setUint32(16, 60_000);
  new DataView(png.buffer).setUint32(20, 60_000);
  return png;
}
