import type { Images } from "../../../lib/model/model.ts";

/** Weight files of other programs, made by `make_layouts.py` there. */
export const GOLDEN_LAYOUTS = new URL(
  "../../golden/l_layouts",
  import.meta.url,
).pathname;

/** Two images, and their descriptors `[2][F]` by each model. */
export function readGoldenLayouts(): {
  images: Images;
  descriptors: Record<string, number[][]>;
} {
  const { images: { height, width, pixels }, descriptors } = JSON.parse(
    Deno.readTextFileSync(`${GOLDEN_LAYOUTS}/descriptors.json`),
  );
  const bytes = Deno.readFileSync(`${GOLDEN_LAYOUTS}/${pixels}`);
  return { images: { pixels: bytes, height, width }, descriptors };
}
