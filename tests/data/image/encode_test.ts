import assert from "node:assert/strict";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import { encodeJpeg } from "../../../lib/data/image/encode.ts";
import { digestOf, makeImage, readGolden } from "./images.ts";

/** Mean difference per value that quality 95 leaves of a smooth image; 1.4 was measured. */
const MEAN_ERROR = 3;

/** Of `odd_420.jpg`, decoded and encoded again at quality 90 by @jsquash/jpeg 1.6.0. */
const ENCODED_SHA256 =
  "46fb7847fb8da38064babcc5519dba9d3ac51755835e963ffb63dc9e90709222";

Deno.test("encodeJpeg() makes a JPEG that looks like its image", async () => {
  const image = makeImage(67, 45);
  const decoded = decodeImage(await encodeJpeg(image, 95), "a.jpg");
  assert.deepEqual([decoded.width, decoded.height], [67, 45]);
  const total = image.pixels.reduce(
    (sum, value, i) => sum + Math.abs(value - decoded.pixels[i]!),
    0,
  );
  assert.ok(
    total / image.pixels.length < MEAN_ERROR,
    `${total / image.pixels.length}`,
  );
});

Deno.test("encodeJpeg() gives the same bytes for the same pixels, on every machine and whatever came before", async () => {
  const image = decodeImage(readGolden("b_jpeg/odd_420.jpg"), "odd_420.jpg");
  const first = await encodeJpeg(image, 90);
  await encodeJpeg(makeImage(33, 50), 40);
  assert.deepEqual(await encodeJpeg(image, 90), first);
  const { sha256 } = await digestOf({ ...image, pixels: first });
  assert.equal(sha256, ENCODED_SHA256);
});

Deno.test("encodeJpeg() makes a smaller file of a lower quality", async () => {
  const image = makeImage(80, 60);
  const [low, high] = [
    await encodeJpeg(image, 30),
    await encodeJpeg(image, 90),
  ];
  assert.ok(low.length < high.length / 2);
});

Deno.test("encodeJpeg() rejects a quality that is not 1 to 100", async () => {
  for (const quality of [0, 101, 50.5, NaN]) {
    await assert.rejects(encodeJpeg(makeImage(8, 8), quality), {
      name: "OptionsError",
      where: "argument quality",
      fix: /1 to 100/,
    });
  }
});
