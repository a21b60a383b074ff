import assert from "node:assert/strict";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import {
  digestOf,
  type PixelDigest,
  readGolden,
  readGoldenJson,
} from "./images.ts";

const OTHERS = readGoldenJson<Record<string, PixelDigest>>(
  "image/decoded.json",
);
const BASELINE = readGolden("b_jpeg/base_420.jpg");

Deno.test("decodeImage() gives Pillow's RGB for PNG and WebP of every kind", async () => {
  assert.equal(Object.keys(OTHERS).length, 12);
  for (const [name, digest] of Object.entries(OTHERS)) {
    const image = decodeImage(readGolden(`image/${name}`), name);
    assert.deepEqual(await digestOf(image), digest, name);
  }
});

Deno.test("decodeImage() returns pixels that the next image does not touch", async () => {
  const first = decodeImage(BASELINE, "base_420.jpg");
  const before = await digestOf(first);
  decodeImage(readGolden("b_jpeg/gray.jpg"), "gray.jpg");
  assert.deepEqual(await digestOf(first), before);
});

Deno.test("decodeImage() rejects a file cut off anywhere, and works again after it", async () => {
  const files = [
    "b_jpeg/base_420.jpg",
    "b_jpeg/prog_444.jpg",
    "b_jpeg/restart_4b.jpg",
    "b_jpeg/cmyk_adobe.jpg",
    "image/rgb.png",
    "image/lossy.webp",
    "image/lossless.webp",
  ];
  for (const file of files) {
    const bytes = readGolden(file);
    const whole = await digestOf(decodeImage(bytes, file));
    for (const kept of [0, 0.01, 0.1, 0.5, 0.9, 1 - 2 / bytes.length]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * kept));
      assert.throws(() => decodeImage(cut, file), {
        name: "DatasetError",
        where: new RegExp(`^${file} \\(.+\\)$`),
      }, `${file} cut to ${kept}`);
    }
    assert.deepEqual(await digestOf(decodeImage(bytes, file)), whole, file);
  }
});

Deno.test("decodeImage() rejects damaged data", () => {
  const damages: [string, number][] = [
    ["b_jpeg/vga_420.jpg", 0.5],
    ["image/rgb.png", 0.5],
    ["image/lossless.webp", 0.3],
  ];
  for (const [file, at] of damages) {
    const bytes = readGolden(file);
    bytes.fill(0xff, bytes.length * at, bytes.length * at + 40);
    assert.throws(() => decodeImage(bytes, file), {
      name: "DatasetError",
      message: /^Cannot decode an image/,
      fix: /skipUnreadable/,
    }, file);
  }
});

Deno.test("decodeImage() says of an empty file that it is empty, and of others what they are not", () => {
  assert.throws(() => decodeImage(new Uint8Array(0), "a.jpg"), {
    name: "DatasetError",
    where: "a.jpg (the file is empty)",
    fix: /replace/,
  });
  const others = ["GIF89a", "BM", "RIFF....AVI ", "%PDF-1.7", "\xff\xd8"];
  for (const text of others) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    assert.throws(() => decodeImage(bytes, "b.png"), {
      name: "DatasetError",
      where: "b.png (it is no JPEG, PNG or WebP)",
    }, text);
  }
});

Deno.test("decodeImage() rejects a decompression bomb by its header", () => {
  const jpeg = BASELINE.slice();
  const frame = jpeg.findIndex((byte, i) =>
    byte === 0xff && jpeg[i + 1] === 0xc0
  );
  jpeg.set([0x80, 0, 0x80, 0], frame + 5);
  const png = readGolden("image/rgb.png");
  png.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
  const webp = readGolden("image/lossy.webp");
  webp.set([0xff, 0x3f, 0xff, 0x3f], 26);
  const lossless = readGolden("image/lossless.webp");
  lossless.set([0xff, 0xff, 0xff, 0x0f], 21);
  const extended = readGolden("image/lossy_alpha.webp");
  extended.set([0xff, 0x3f, 0, 0xff, 0x3f, 0], 24);

  const bombs = { jpeg, png, webp, lossless, extended };
  for (const [name, bytes] of Object.entries(bombs)) {
    assert.throws(() => decodeImage(bytes, name), {
      name: "DatasetError",
      where: /^\w+ \(it is \d{5}x\d{5}, over 100 megapixels\)$/,
    }, name);
  }
});

Deno.test("decodeImage() rejects an animated WebP", () => {
  const bytes = readGolden("image/animated.webp");
  assert.throws(() => decodeImage(bytes, "a.webp"), {
    name: "DatasetError",
    where: /animated/,
  });
});
