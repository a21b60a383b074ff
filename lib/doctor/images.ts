/**
 * Checks the images of a split: whether they are there, can be decoded, and are of one size.
 *
 * @module
 */
import { createDecodePool } from "../data/image/decode_pool.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { formatSize } from "../data/image/rgb_image.ts";
import type { PlaceDataset } from "../data/dataset.ts";
import { DatasetError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  nameSome,
  type Trouble,
  warns,
} from "./finding.ts";
import { formatCount, inSplit } from "./format.ts";

/** How images are checked. */
export interface ImageCheck {
  /** How they would be read. */
  images: Partial<ImageOptions>;
  /** Whether all are decoded, not a sample. */
  all: boolean;
  /** Draws the sample. */
  random: Random;
  /** Milliseconds from any start. */
  now(): number;
}

/** What is known of the images of a split. */
export interface CheckedImages {
  /** How many there are, each path once. */
  count: number;
  /** Those that are not there. */
  missing: number;
  /** Those that were decoded, or that it was tried with. */
  decoded: number;
  /** Those of them that cannot be. */
  unreadable: number;
  /** Images of each size, the most frequent first. */
  sizes: { width: number; height: number; count: number }[];
  /** Images decoded in a second; null if none were. */
  imagesPerSecond: number | null;
}

/** Images that are decoded of a split, unless all are. */
const SAMPLE = 120;
/** Files that are looked for at a time. */
const STAT_BLOCK = 256;
/** Images that are decoded at a time. */
const DECODE_BLOCK = 32;

/** Looks for every file of a split, and decodes a sample or all. */
export async function* checkImages(
  { split, database, queries }: PlaceDataset,
  check: ImageCheck,
): AsyncGenerator<ProgressEvent | FindingEvent, CheckedImages> {
  const paths = [...new Set([...database.paths, ...queries.paths])];
  const missing = yield* listMissing(paths, split);
  const gone = new Set(missing);
  const there = paths.filter((path) => !gone.has(path));
  const chosen = check.all
    ? there
    : check.random.sampleDistinct(there.length, SAMPLE).map((i) => there[i]!);
  const { sizes, errors, seconds } = yield* decodeAll(chosen, split, check);
  const found: CheckedImages = {
    count: paths.length,
    missing: missing.length,
    decoded: chosen.length,
    unreadable: errors.length,
    sizes,
    imagesPerSecond: chosen.length > 0 ? chosen.length / seconds : null,
  };
  yield* judgeFiles(split, found, { missing, errors }, check.images);
  if (sizes.length > 0) yield judgeSizes(split, found, check.images);
  return found;
}

async function* listMissing(
  paths: readonly string[],
  split: string,
): AsyncGenerator<ProgressEvent, string[]> {
  const missing: string[] = [];
  const phase = `${inSplit(split)}look for images`;
  for (let first = 0; first < paths.length; first += STAT_BLOCK) {
    yield progress(phase, first, paths.length);
    const block = paths.slice(first, first + STAT_BLOCK);
    const isThere = await Promise.all(
      block.map((path) =>
        Deno.stat(path).then(({ isFile }) => isFile, () => false)
      ),
    );
    missing.push(...block.filter((_, i) => !isThere[i]));
  }
  yield progress(phase, paths.length, paths.length);
  return missing;
}

interface Decoded {
  sizes: CheckedImages["sizes"];
  errors: DatasetError[];
  seconds: number;
}

async function* decodeAll(
  paths: readonly string[],
  split: string,
  { images, now }: ImageCheck,
): AsyncGenerator<ProgressEvent, Decoded> {
  using pool = createDecodePool({ ...images, resize: null });
  const sizes = new Map<string, CheckedImages["sizes"][number]>();
  const errors: DatasetError[] = [];
  const phase = `${inSplit(split)}decode images`;
  const start = now();
  const decode = async (path: string): Promise<void> => {
    try {
      const { width, height } = await pool.decode(path);
      const key = formatSize({ width, height });
      const entry = sizes.get(key) ?? { width, height, count: 0 };
      sizes.set(key, { ...entry, count: entry.count + 1 });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      errors.push(error);
    }
  };
  for (let first = 0; first < paths.length; first += DECODE_BLOCK) {
    yield progress(phase, first, paths.length);
    await Promise.all(paths.slice(first, first + DECODE_BLOCK).map(decode));
  }
  if (paths.length > 0) yield progress(phase, paths.length, paths.length);
  return {
    sizes: [...sizes.values()].sort((a, b) => b.count - a.count),
    errors,
    seconds: Math.max(now() - start, 1) / 1000,
  };
}

/** Says which images are not there or cannot be decoded. */
function* judgeFiles(
  split: string,
  { count, decoded }: CheckedImages,
  lost: { missing: readonly string[]; errors: readonly DatasetError[] },
  { skipUnreadable = false }: Partial<ImageOptions>,
): Generator<FindingEvent, void> {
  const { missing, errors } = lost;
  const check: CheckName = { topic: "dataset", check: "image files" };
  const isTold = skipUnreadable && missing.length < count;
  const grade = isTold && !(decoded > 0 && errors.length === decoded)
    ? warns
    : fails;
  if (missing.length > 0) {
    yield grade(check, {
      what: `${inSplit(split)}${missing.length} of ${
        formatCount(count, "image")
      } are not there`,
      where: nameSome(missing),
      fix: missing.length === count
        ? "set dataPath to the folder that the image names start from"
        : "bring these files, or set skipUnreadable to leave them out",
    });
  }
  if (errors.length > 0) {
    yield grade(check, sayUnreadable(split, decoded, errors));
  }
  if (missing.length + errors.length === 0) {
    const which = decoded < count ? `${decoded} drawn at random` : "all";
    yield fine(
      check,
      `${inSplit(split)}all images are there, ${which} can be decoded`,
    );
  }
}

function sayUnreadable(
  split: string,
  decoded: number,
  errors: readonly DatasetError[],
): Trouble {
  return {
    what: `${inSplit(split)}${errors.length} of ${
      formatCount(decoded, "image")
    } that were decoded cannot be read`,
    where: nameSome(errors.map(({ where }) => where)),
    fix: "replace these files, or set skipUnreadable to leave them out",
  };
}

/** Images of several sizes do not go into one batch. */
function judgeSizes(
  split: string,
  { sizes, decoded }: CheckedImages,
  { resize }: Partial<ImageOptions>,
): FindingEvent {
  const check: CheckName = { topic: "dataset", check: "image sizes" };
  const [common] = sizes as [ImageSize & { count: number }];
  const shown = nameSome(
    sizes.map((size) => `${formatSize(size)} (${size.count})`),
  );
  if (resize) {
    return fine(
      check,
      `${inSplit(split)}images are resized to ${formatSize(resize)}`,
    );
  }
  if (sizes.length === 1) {
    return fine(check, `${inSplit(split)}images are of ${formatSize(common)}`);
  }
  return fails(check, {
    what: `${inSplit(split)}images are of ${sizes.length} sizes`,
    where: `${shown}, of ${decoded} decoded`,
    fix: `set resize to one size, such as ${formatSize(common)}`,
  });
}
