import { join } from "node:path";
import { readClassFolders } from "../lib/data/classes/class_folders.ts";
import type { PlaceDataset } from "../lib/data/dataset.ts";
import { encodeJpeg } from "../lib/data/image/encode.ts";
import type { RgbImage } from "../lib/data/image/rgb_image.ts";
import { createRandom, type Random } from "../lib/random.ts";

/** Classes of each split. */
export const TINY_CLASSES = 6;
/** Images of each class. */
export const TINY_IMAGES = 6;

const SIDE = 40;
/** Where hues of the splits begin, as a share of the way from one class to the next. */
const SPLITS = { train: 0, test: 0.5 };

let root: Promise<string> | undefined;

/**
 * Folder of a tiny dataset of class folders with splits `train` and `test`: a class is
 * a hue, and light hides it. Made once per test file.
 */
export function tinyClasses(): Promise<string> {
  return root ??= makeTinyClasses();
}

/** Reads a split of `tinyClasses()`. */
export async function readTinyClasses(
  split: keyof typeof SPLITS,
): Promise<PlaceDataset> {
  return await readClassFolders(await tinyClasses(), split, {
    heldOutClasses: 0.5,
  });
}

async function makeTinyClasses(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "tiny-classes-" });
  globalThis.addEventListener(
    "unload",
    () => Deno.removeSync(root, { recursive: true }),
  );
  const random = createRandom(5);
  for (const [split, start] of Object.entries(SPLITS)) {
    for (let number = 0; number < TINY_CLASSES; number++) {
      const folder = join(root, split, `class_${number}`);
      await Deno.mkdir(folder, { recursive: true });
      const angle = (number + start) / TINY_CLASSES * 2 * Math.PI;
      for (let i = 0; i < TINY_IMAGES; i++) {
        const jpeg = await encodeJpeg(drawImage(angle, random), 90);
        await Deno.writeFile(join(folder, `${i}.jpg`), jpeg);
      }
    }
  }
  return root;
}

/** Blocks of one hue, each in light of its own. */
function drawImage(angle: number, random: Random): RgbImage {
  const light = 60 + random.nextInteger(100);
  const lights = Array.from({ length: 25 }, () => random.nextInteger(60));
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [Math.floor(at / 3) % SIDE, Math.floor(at / 3 / SIDE)];
    const tint = 30 * Math.cos(angle + at % 3 * 2 * Math.PI / 3);
    pixels[at] = light + lights[(y >> 3) * 5 + (x >> 3)]! + tint;
  }
  return { width: SIDE, height: SIDE, pixels };
}
