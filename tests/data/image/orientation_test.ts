import assert from "node:assert/strict";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import {
  type Orientation,
  orientImage,
  readOrientation,
} from "../../../lib/data/image/orientation.ts";
import {
  digestOf,
  type PixelDigest,
  readGolden,
  readGoldenJson,
} from "./images.ts";

const GOLDEN = readGoldenJson<Record<string, PixelDigest>>(
  "image/oriented.json",
);
const ROTATED = readGolden("b_jpeg/exif_rot6.jpg");

Deno.test("orientImage() turns an image as Pillow's exif_transpose() does", async () => {
  const image = decodeImage(readGolden("b_jpeg/odd_420.jpg"), "odd_420.jpg");
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as Orientation[]) {
    const upright = orientImage(image, orientation);
    assert.deepEqual(await digestOf(upright), GOLDEN[orientation]);
  }
});

Deno.test("decodeImage() applies the EXIF orientation only when it is asked to", async () => {
  const upright = decodeImage(ROTATED, "a.jpg", { applyOrientation: true });
  assert.deepEqual(await digestOf(upright), GOLDEN["exif_rot6.jpg"]);
  const stored = decodeImage(ROTATED, "a.jpg");
  assert.deepEqual([stored.width, stored.height], [160, 120]);
});

Deno.test("readOrientation() reads both byte orders", () => {
  assert.equal(readOrientation(ROTATED), 6);
  for (const isLittleEndian of [true, false]) {
    for (const orientation of [1, 3, 8]) {
      const jpeg = makeExifJpeg(orientation, isLittleEndian);
      assert.equal(readOrientation(jpeg), orientation);
    }
  }
});

Deno.test("readOrientation() is 1 where there is none or it is damaged", () => {
  assert.equal(readOrientation(readGolden("b_jpeg/base_420.jpg")), 1);
  assert.equal(readOrientation(readGolden("image/rgb.png")), 1);
  assert.equal(readOrientation(makeExifJpeg(9, true)), 1);
  const jpeg = makeExifJpeg(6, true);
  for (let length = 0; length < jpeg.length; length++) {
    assert.equal(readOrientation(jpeg.subarray(0, length)), 1, `${length}`);
  }
  for (let at = 0; at < ROTATED.length; at++) {
    const damaged = ROTATED.slice();
    damaged[at] = 0xff;
    readOrientation(damaged); // must not throw
  }
});

/** The beginning of a JPEG with nothing but an orientation in its EXIF data. */
function makeExifJpeg(
  orientation: number,
  isLittleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(34);
  const view = new DataView(bytes.buffer);
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 30, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  bytes.fill(isLittleEndian ? 0x49 : 0x4d, 12, 14);
  view.setUint16(14, 42, isLittleEndian);
  view.setUint32(16, 8, isLittleEndian); // first directory
  view.setUint16(20, 1, isLittleEndian); // one entry
  view.setUint16(22, 0x0112, isLittleEndian);
  view.setUint16(24, 3, isLittleEndian); // SHORT
  view.setUint32(26, 1, isLittleEndian);
  view.setUint16(30, orientation, isLittleEndian);
  return bytes;
}
