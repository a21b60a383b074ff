/**
 * What the dataset adapters share: radii and the last check.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import { DatasetError, describeCause, OptionsError } from "../errors.ts";
import type { PlaceDataset } from "./dataset.ts";

/** What counts as the same place. Null takes what the dataset itself says, or 25 m and [0, 10] m. */
export interface RadiusOptions {
  /** Evaluation radius in metres, inclusive, > 0. */
  positiveRadius: number | null;
  /** Ring (min, max] of potential positives in metres, within the evaluation radius; min 0 is inclusive. */
  potentialPositiveRing: readonly [number, number] | null;
}

/** How strictly a dataset is read. */
export interface StrictnessOptions {
  /** Whether the first image of each side has to be there; true if left out. */
  expectFiles: boolean;
}

/** Evaluation radius where neither options nor dataset say another, in metres. */
const POSITIVE_RADIUS_METERS = 25;
/** Radius of potential positives where neither options nor dataset say another, in metres or frames. */
const POTENTIAL_POSITIVE_RADIUS = 10;

/**
 * Decides on the radii of a dataset: the options win over the dataset, the dataset over the defaults.
 * Without an option the ring never reaches beyond the evaluation radius.
 *
 * @param own Radii that the dataset states.
 * @throws {OptionsError} If the ring that is asked for reaches beyond the evaluation radius.
 */
export function resolveRadii(
  given: Partial<RadiusOptions>,
  own: { positiveRadius?: number; potentialPositiveRadius?: number } = {},
): Pick<PlaceDataset, "positiveRadius" | "potentialPositiveRing"> {
  const positiveRadius = given.positiveRadius ?? own.positiveRadius ??
    POSITIVE_RADIUS_METERS;
  const widest = own.potentialPositiveRadius ?? POTENTIAL_POSITIVE_RADIUS;
  const ring = given.potentialPositiveRing ??
    [0, Math.min(widest, positiveRadius)];
  if (ring[1] > positiveRadius) {
    throw new OptionsError("Cannot take negatives as potential positives", {
      where:
        `potentialPositiveRing is [${ring}], the evaluation radius ${positiveRadius}`,
      fix: "let the ring end at the evaluation radius or before",
    });
  }
  return { positiveRadius, potentialPositiveRing: [ring[0], ring[1]] };
}

/** A short name for files and reports: the last part of a folder's path. */
export function nameOfFolder(folder: string): string {
  return basename(resolve(folder)).replaceAll(/[^\w.-]+/g, "_") || "dataset";
}

/**
 * Checks that a dataset has images on both sides, and that the first of each is there.
 *
 * @returns The dataset.
 * @throws {DatasetError} If a list is empty or the first image of it cannot be opened.
 */
export async function checkPlaceDataset(
  dataset: PlaceDataset,
  source: string,
  { expectFiles = true }: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  for (const role of ["database", "queries"] as const) {
    const [first] = dataset[role].paths;
    if (first === undefined) {
      throw new DatasetError(`Cannot use a dataset without ${role}`, {
        where: `${source}, split ${dataset.split}`,
        fix: "add images, or choose another split",
      });
    }
    if (expectFiles) await checkImageIsThere(first, source);
  }
  return dataset;
}

async function checkImageIsThere(path: string, source: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isFile) return;
  } catch (cause) {
    throw new DatasetError("Cannot find the images of a dataset", {
      where: `${path} (${describeCause(cause)}), named by ${source}`,
      fix: "set dataPath to the folder that the image names start from",
      cause,
    });
  }
  throw new DatasetError("Cannot use what is not a file as an image", {
    where: `${path}, named by ${source}`,
    fix: "correct the name of the image",
  });
}
