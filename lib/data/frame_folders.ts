/**
 * Two runs along the same path: frame i of one shows the place of frame i of the other.
 *
 * @module
 */
import { basename, join } from "node:path";
import { DatasetError } from "../errors.ts";
import type { PlaceDataset, PlaceImages } from "./dataset.ts";
import { listImages } from "./list_images.ts";
import {
  checkPlaceDataset,
  nameOfFolder,
  type RadiusOptions,
  resolveRadii,
} from "./places.ts";

/** Which folders to pair, and how exactly. */
export interface FrameFoldersOptions
  extends Pick<RadiusOptions, "potentialPositiveRing"> {
  /** Folder of the database frames, under the data path. */
  database: string;
  /** Folder of the queries, under the data path. */
  queries: string;
  /** Frames that a positive may be away, an integer >= 0. */
  frameTolerance: number;
  /** Frames to keep on both sides: `FIRST:END`, counted from 0, END not included, either left out for no limit; "" for all. */
  frames: string;
}

/** Frames from `first` up to but not including `end`. */
export interface FrameRange {
  first: number;
  end: number;
}

/**
 * Parses a range such as `0:74`, `74:` or `:74`.
 *
 * @returns Null if it is no such range, or an empty one.
 */
export function parseFrameRange(text: string): FrameRange | null {
  if (text === "") return { first: 0, end: Infinity };
  const match = text.match(/^(\d*):(\d*)$/);
  if (match === null) return null;
  const first = Number(match[1]);
  const end = match[2] === "" ? Infinity : Number(match[2]);
  return first < end ? { first, end } : null;
}

/**
 * Pairs two folders of frames by their order, which is by name with numbers in
 * it compared as numbers. The folders may have different numbers of frames.
 *
 * @param dataPath Folder that both are under.
 * @returns A dataset in frames: frame i is at `eastMeters` i, also where a range leaves out others.
 * @throws {DatasetError} If a folder is missing or empty, or the range has no frames in it.
 */
export async function readFrameFolders(
  dataPath: string,
  options: FrameFoldersOptions,
): Promise<PlaceDataset> {
  const { database, queries, frameTolerance, frames } = options;
  const range = parseFrameRange(frames);
  if (range === null) throw noFrames(frames, "it is no range");
  return checkPlaceDataset({
    name: nameOfFolder(dataPath),
    split: frames === "" ? "all" : nameOfRange(range),
    database: await readFrames(join(dataPath, database), frames, range),
    queries: await readFrames(join(dataPath, queries), frames, range),
    ...resolveRadii({ ...options, positiveRadius: frameTolerance }),
    unit: "frames",
  }, dataPath);
}

function nameOfRange({ first, end }: FrameRange): string {
  return `${first}-${end === Infinity ? "end" : end}`;
}

async function readFrames(
  folder: string,
  frames: string,
  { first, end }: FrameRange,
): Promise<PlaceImages> {
  const all = sortFrames(await listImages(folder));
  const paths = all.slice(first, end);
  if (paths.length === 0) {
    throw noFrames(frames, `${folder} has ${all.length} frames`);
  }
  return {
    paths,
    eastMeters: Float64Array.from(paths, (_, i) => first + i),
    northMeters: new Float64Array(paths.length),
  };
}

function noFrames(frames: string, why: string): DatasetError {
  return new DatasetError(`Cannot take the frames ${frames}`, {
    where: `option frames (${why})`,
    fix: "give FIRST:END with at least one frame, counted from 0",
  });
}

/** `2.jpg` comes before `10.jpg`. */
function sortFrames(paths: readonly string[]): string[] {
  const keyOf = (path: string): string =>
    basename(path).replaceAll(/\d+/g, (digits) => digits.padStart(20, "0"));
  return paths.map((path) => ({ path, key: keyOf(path) }))
    .sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
    .map(({ path }) => path);
}
