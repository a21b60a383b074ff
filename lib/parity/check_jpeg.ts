/**
 * Golden cases of decoded JPEGs: pixels equal to the last bit.
 *
 * @module
 */
import { decodeImage } from "../data/image/decode.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** What a dataset is called that holds RGB where the file holds something else. */
const RGB = "_rgb";

/** Decodes `NAME.jpg` for every dataset `NAME` and `NAME_rgb`. */
export async function checkJpeg(
  golden: GoldenCase,
  results: CaseComparison,
): Promise<void> {
  for (const [name, { shape }] of Object.entries(golden.notes.datasets)) {
    const channels = shape[2] ?? 1;
    if (channels === 4 && golden.has(name + RGB)) {
      results.skip(name); // CMYK, which is decoded to RGB at once
      continue;
    }
    const file = `${
      name.endsWith(RGB) ? name.slice(0, -RGB.length) : name
    }.jpg`;
    const path = golden.pathOf(file);
    const { pixels } = decodeImage(await Deno.readFile(path), path);
    const isGrey = shape.length === 2;
    results.compareExactly(
      name,
      isGrey ? pixels.filter((_, i) => i % 3 === 0) : pixels,
    );
  }
}
