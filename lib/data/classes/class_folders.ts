/**
 * Datasets with a folder for each class: `ROOT/CLASS/…`, or `ROOT/SPLIT/CLASS/…`.
 *
 * @module
 */
import { join, relative } from "node:path";
import { DatasetError } from "../../errors.ts";
import { describeFolder, isFolder } from "../../folders.ts";
import type { PlaceDataset } from "../dataset.ts";
import { listImages } from "../list_images.ts";
import { nameOfFolder, type StrictnessOptions } from "../places.ts";
import { type ClassImage, toPlaceDataset } from "./class_dataset.ts";

/** How classes are split where folders do not say it. */
export interface ClassFoldersOptions {
  /** Share of the classes, the last by name, that val and test have where there are no folders of splits; from 0, where every split has all, to below 1. */
  heldOutClasses: number;
}

/** Folders of splits, in the order in which one is looked for that is not there. */
const SPLIT_FOLDERS = ["train", "val", "test"] as const;

/**
 * Reads the images of class folders, with all folders inside them, in the order of their paths.
 *
 * With folders `train`, `val` or `test` that have folders in them, a split is one
 * of these; where only one of `val` and `test` is there, it is both. Without them,
 * `train` has the first classes by name, `val` and `test` have the others.
 *
 * @param split Split that is asked for; the dataset says which one it is.
 * @throws {DatasetError} If there are no images, one is in no class folder, or a split has no class.
 */
export async function readClassFolders(
  dataPath: string,
  split: string,
  { heldOutClasses, ...strictness }:
    & ClassFoldersOptions
    & Partial<StrictnessOptions>,
): Promise<PlaceDataset> {
  const name = nameOfFolder(dataPath);
  const splits = await listSplits(dataPath);
  if (splits.length > 0) {
    const found = chooseSplit(dataPath, split, splits);
    const root = join(dataPath, found);
    const database = await listClassImages(root);
    return await toPlaceDataset(
      { name, split: found, database },
      root,
      strictness,
    );
  }
  const images = await listClassImages(dataPath);
  const part = heldOutClasses === 0
    ? { split: "all", database: images }
    : takeClasses(dataPath, split, images, heldOutClasses);
  return await toPlaceDataset({ name, ...part }, dataPath, strictness);
}

/** Folders of splits, which unlike a class with such a name have folders in them. */
async function listSplits(root: string): Promise<string[]> {
  const splits: string[] = [];
  for (const split of SPLIT_FOLDERS) {
    if (await hasFolders(join(root, split))) splits.push(split);
  }
  return splits;
}

async function hasFolders(folder: string): Promise<boolean> {
  if (!await isFolder(folder)) return false;
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(".") && await isFolder(join(folder, name))) {
      return true;
    }
  }
  return false;
}

function chooseSplit(
  root: string,
  split: string,
  splits: readonly string[],
): string {
  const others = split === "train" ? [] : ["test", "val"];
  const found = [split, ...others].find((name) => splits.includes(name));
  if (found !== undefined) return found;
  throw new DatasetError("Cannot find a split of a dataset", {
    where: join(root, split),
    fix: `make this folder, with a folder for each class; there are ${
      splits.join(", ")
    }`,
  });
}

async function listClassImages(root: string): Promise<ClassImage[]> {
  const paths = await listImages(root, { recursive: true });
  const images = paths.map((path) => {
    const [name, ...rest] = relative(root, path).split(/[\\/]/);
    return { path, class: name!, isLoose: rest.length === 0 };
  });
  const loose = images.find(({ isLoose }) => isLoose);
  if (loose === undefined) return images;
  throw new DatasetError("Cannot tell the class of an image", {
    where: loose.path,
    fix: `put it into the folder of its class; ${await describeFolder(root)}`,
  });
}

/** The images of the first classes for `train`, those of the others for `val` and `test`. */
function takeClasses(
  root: string,
  split: string,
  images: readonly ClassImage[],
  heldOutClasses: number,
): { split: string; database: ClassImage[] } {
  const classes = [...new Set(images.map((image) => image.class))].sort();
  const numHeldOut = Math.floor(heldOutClasses * classes.length);
  if (numHeldOut === 0) {
    throw new DatasetError("Cannot hold out classes of so few", {
      where:
        `${root} has ${classes.length}, heldOutClasses is ${heldOutClasses}`,
      fix:
        "set heldOutClasses to 0 for all classes in every split, or make folders train and test",
    });
  }
  const isTrain = split === "train";
  const taken = new Set(
    isTrain ? classes.slice(0, -numHeldOut) : classes.slice(-numHeldOut),
  );
  return {
    split: isTrain ? "train" : "test",
    database: images.filter((image) => taken.has(image.class)),
  };
}
