import assert from "node:assert/strict";
import {
  colorHistograms,
  HISTOGRAM_LENGTH,
} from "../../lib/rank/color_histogram.ts";

Deno.test("colorHistograms() gives the root of each colour's share", () => {
  const [black, white, red] = [[0, 0, 0], [255, 255, 255], [224, 31, 0]];
  const first = [black, black, white, red];
  const second = [red, red, red, red];
  const pixels = Uint8Array.from([...first, ...second].flat() as number[]);
  const found = colorHistograms(pixels, 4);
  assert.equal(found.length, 2 * HISTOGRAM_LENGTH);
  const bins = (image: number) =>
    [...found.subarray(image * 512, image * 512 + 512).entries()]
      .filter(([, value]) => value > 0);
  assert.deepEqual(bins(0), [
    [0, Math.fround(Math.sqrt(1 / 2))],
    [7 * 64, 0.5],
    [511, 0.5],
  ]);
  assert.deepEqual(bins(1), [[7 * 64, 1]]);
});

Deno.test("colorHistograms() does not see where a colour is", () => {
  const pixels = Uint8Array.from({ length: 3 * 24 }, (_, i) => 37 * i % 256);
  const turned = Uint8Array.from(
    pixels,
    (_, i) => pixels[3 * (23 - Math.floor(i / 3)) + i % 3]!,
  );
  assert.deepEqual(colorHistograms(turned, 24), colorHistograms(pixels, 24));
});
