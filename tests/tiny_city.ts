import { join } from "node:path";
import type { PlaceDataset } from "../lib/data/dataset.ts";
import { type UtmPositions, writeDbStruct } from "../lib/data/dbstruct.ts";
import { encodeJpeg } from "../lib/data/image/encode.ts";
import type { RgbImage } from "../lib/data/image/rgb_image.ts";
import { readPittsburghDataset } from "../lib/data/pittsburgh.ts";
import { createRandom, type Random } from "../lib/random.ts";

/** Places of each split: 100 m apart, so that none is near another. */
export const TINY_PLACES = { train: 6, val: 4, test: 5 } as const;

/** Metres of the photographs of a place from its corner. */
const DATABASE_METERS = [0, 4, 12];
const QUERY_METERS = [2, 7];

export const TINY_WIDTH = 64;
export const TINY_HEIGHT = 48;

let city: Promise<string> | undefined;

/** Folder of a tiny dataset in Pittsburgh layout: every place is a pattern of blocks. Made once per test file. */
export function tinyCity(): Promise<string> {
  return city ??= makeTinyCity();
}

/** Reads a split of `tinyCity()`. */
export async function readTinyCity(
  split: keyof typeof TINY_PLACES,
): Promise<PlaceDataset> {
  return await readPittsburghDataset(await tinyCity(), split);
}

async function makeTinyCity(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "tiny-city-" });
  globalThis.addEventListener(
    "unload",
    () => Deno.removeSync(root, { recursive: true }),
  );
  for (const split of ["train", "val", "test"] as const) {
    await makeSplit(root, split);
  }
  return root;
}

async function makeSplit(
  root: string,
  split: keyof typeof TINY_PLACES,
): Promise<void> {
  const random = createRandom(1).fork(split);
  const places = Array.from({ length: TINY_PLACES[split] }, (_, i) => ({
    colors: Array.from({ length: 9 * 7 * 3 }, () => random.nextInteger(200)),
    eastMeters: 500_000 + 100 * i,
  }));
  const photograph = async (
    role: string,
    folder: string,
    offsets: readonly number[],
  ): Promise<{ names: string[]; positions: UtmPositions }> => {
    await Deno.mkdir(join(root, folder, split), { recursive: true });
    const names: string[] = [];
    const east: number[] = [];
    for (const [i, { colors, eastMeters }] of places.entries()) {
      for (const [j, offset] of offsets.entries()) {
        const name = `${split}/${role}_${i}_${j}.jpg`;
        const jpeg = await encodeJpeg(takePhoto(colors, offset, random), 90);
        await Deno.writeFile(join(root, folder, name), jpeg);
        names.push(name);
        east.push(eastMeters + offset);
      }
    }
    const northMeters = new Float64Array(east.length).fill(4_400_000);
    return {
      names,
      positions: { eastMeters: Float64Array.from(east), northMeters },
    };
  };
  const database = await photograph("database", "", DATABASE_METERS);
  const queries = await photograph("query", "queries_real", QUERY_METERS);
  await writeDbStruct(join(root, "datasets", `pitts30k_${split}.mat`), {
    whichSet: split,
    dbImageFns: database.names,
    utmDb: database.positions,
    qImageFns: queries.names,
    utmQ: queries.positions,
    numImages: database.names.length,
    numQueries: queries.names.length,
    posDistThr: 25,
    posDistSqThr: 625,
    nonTrivPosDistSqThr: 100,
  });
}

/** Blocks of 8 pixels, moved by the offset, in light and noise of their own. */
function takePhoto(
  colors: readonly number[],
  offset: number,
  random: Random,
): RgbImage {
  const light = random.nextInteger(40);
  const pixels = new Uint8Array(TINY_HEIGHT * TINY_WIDTH * 3);
  for (let at = 0; at < pixels.length; at++) {
    const x = Math.floor(at / 3) % TINY_WIDTH + Math.floor(offset / 2);
    const y = Math.floor(at / 3 / TINY_WIDTH) + offset % 3;
    const block = (y >> 3) * 9 + (x >> 3);
    pixels[at] = colors[block * 3 + at % 3]! + light + random.nextInteger(16);
  }
  return { width: TINY_WIDTH, height: TINY_HEIGHT, pixels };
}
