import { decodeImage } from "../../lib/data/image/decode.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { RESIZE_FILTERS, resizeImage } from "../../lib/data/image/resize.ts";
import { makeImage } from "../data/image/images.ts";

const IMAGE = makeImage(640, 480);
const JPEG = await encodeJpeg(IMAGE, 90);
const SMALL = { width: 320, height: 240 };
const SMALL_IMAGE = makeImage(SMALL.width, SMALL.height);

Deno.bench({
  name: "decodeImage() 640x480 JPEG",
  group: "decode",
  baseline: true,
  fn: () => void decodeImage(JPEG, "bench.jpg"),
});

Deno.bench({
  name: "decodeImage() and resizeImage() 640x480 JPEG to 320x240",
  group: "decode",
  fn: () => void resizeImage(decodeImage(JPEG, "bench.jpg"), SMALL),
});

for (const filter of RESIZE_FILTERS) {
  Deno.bench({
    name: `resizeImage() 640x480 to 320x240, ${filter}`,
    group: "resize",
    baseline: filter === "bilinear",
    fn: () => void resizeImage(IMAGE, SMALL, filter),
  });
}

Deno.bench({
  name: "encodeJpeg() 320x240, quality 90",
  group: "encode",
  fn: async () => void await encodeJpeg(SMALL_IMAGE, 90),
});
