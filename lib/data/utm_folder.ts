/**
 * Datasets whose positions are in the file names: `@UTM_east@UTM_north@anything@.jpg`.
 *
 * @module
 */
import { basename, join } from "node:path";
import { DatasetError } from "../errors.ts";
import type { PlaceDataset, PlaceImages } from "./dataset.ts";
import { describeFolder, isFolder } from "../folders.ts";
import { listImages } from "./list_images.ts";
import {
  checkPlaceDataset,
  nameOfFolder,
  type RadiusOptions,
  resolveRadii,
  type StrictnessOptions,
} from "./places.ts";

const POSITION = /^@(-?\d+(?:\.\d*)?)@(-?\d+(?:\.\d*)?)@/;
const MAX_NAMES = 5;

/**
 * The field of the heading, between `@`, counted from 0 before the first one:
 * `@east@north@zone@letter@latitude@longitude@panorama@tile@heading@…`.
 *
 * Source: deep-visual-geo-localization-benchmark, README.
 */
const HEADING_FIELD = 9;

/**
 * Reads `SPLIT/{database,queries}` under `dataPath` or `dataPath/images`, with all
 * folders inside them. Images are in the order of their paths. A heading in the ninth field between
 * `@` is read too.
 *
 * @param split Name of the split's folder, such as `val`.
 * @throws {DatasetError} If a folder is missing or empty, or a name has no position.
 */
export async function readUtmFolderDataset(
  dataPath: string,
  split: string,
  given: Partial<RadiusOptions & StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const root = await findSplit(dataPath, split);
  return checkPlaceDataset(
    {
      name: nameOfFolder(dataPath),
      split,
      database: await readPlaces(join(root, "database")),
      queries: await readPlaces(join(root, "queries")),
      ...resolveRadii(given),
      unit: "meters",
    },
    root,
    given,
  );
}

async function findSplit(dataPath: string, split: string): Promise<string> {
  for (const root of [dataPath, join(dataPath, "images")]) {
    if (await isFolder(join(root, split))) return join(root, split);
  }
  throw new DatasetError("Cannot find a split of a dataset", {
    where: join(dataPath, split),
    fix:
      `set dataPath to the folder that holds ${split}/{database,queries}; ${await describeFolder(
        dataPath,
      )}`,
  });
}

async function readPlaces(folder: string): Promise<PlaceImages> {
  const paths = await listImages(folder, { recursive: true });
  const matches = paths.map((path) => basename(path).match(POSITION));
  const unplaced = paths.filter((_, i) => matches[i] === null);
  if (unplaced.length > 0) {
    const more = unplaced.length - MAX_NAMES;
    throw new DatasetError("Cannot read the position of an image", {
      where: unplaced.slice(0, MAX_NAMES).join(", ") +
        (more > 0 ? ` and ${more} more` : ""),
      fix: "name files @EAST@NORTH@anything.jpg, in UTM metres",
    });
  }
  return {
    paths,
    eastMeters: Float64Array.from(matches, (match) => Number(match![1])),
    northMeters: Float64Array.from(matches, (match) => Number(match![2])),
    ...withHeadings(paths.map((path) => basename(path).split("@"))),
  };
}

/** Headings in degrees, if any name has one. */
function withHeadings(
  fields: readonly string[][],
): Pick<PlaceImages, "headingDegrees"> {
  const headingDegrees = Float64Array.from(fields, (field) => {
    const text = field[HEADING_FIELD] ?? "";
    return /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : NaN;
  });
  return headingDegrees.every(Number.isNaN) ? {} : { headingDegrees };
}
