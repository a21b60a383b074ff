/**
 * The one way from options to a dataset.
 *
 * @module
 */
import {
  BOOLEAN,
  integerFrom,
  NOT_NEGATIVE,
  oneOf,
  POSITIVE,
  resolveOptions,
  type Rule,
  type Rules,
} from "../options.ts";
import { readCars196 } from "./classes/cars196.ts";
import {
  type ClassFoldersOptions,
  readClassFolders,
} from "./classes/class_folders.ts";
import { readCub200 } from "./classes/cub200.ts";
import { readInshop } from "./classes/inshop.ts";
import { readOnlineProducts } from "./classes/online_products.ts";
import type { PlaceDataset } from "./dataset.ts";
import {
  type FrameFoldersOptions,
  parseFrameRange,
  readFrameFolders,
} from "./frame_folders.ts";
import {
  listsTruth,
  type NameListsOptions,
  readNameLists,
} from "./name_lists.ts";
import { readOxfordDataset } from "./oxford.ts";
import { type PittsburghSplit, readPittsburghDataset } from "./pittsburgh.ts";
import type { RadiusOptions, StrictnessOptions } from "./places.ts";
import { readPositionsCsv } from "./positions_csv.ts";
import { readRevisitedDataset } from "./revisited.ts";
import { readUtmFolderDataset } from "./utm_folder.ts";

/** Layouts of datasets whose images are in classes. */
const CLASS_DATASETS = [
  "classes",
  "cub200",
  "cars196",
  "sop",
  "inshop",
] as const;

/** Layouts of datasets on disk. */
export const DATASETS = [
  "demo",
  "pittsburgh",
  "utm",
  "csv",
  "frames",
  ...CLASS_DATASETS,
  "lists",
  "oxford",
  "revisited",
] as const;

/** Which dataset to read, and how. */
export interface DatasetOptions
  extends
    FrameFoldersOptions,
    NameListsOptions,
    RadiusOptions,
    ClassFoldersOptions {
  /** Folder of the database frames, under the data path; for `lists` the file of names of the database images, text or `.npy`. */
  database: string;
  /** Folder of the queries, under the data path; for `lists` the file of their names, text or `.npy`. */
  queries: string;
  /** Layout: the demo city, Pittsburgh's, `@UTM@` file names, a CSV of positions, paired folders of frames; a folder for each class, CUB-200-2011, Stanford Cars, Stanford Online Products, DeepFashion In-shop; name lists with NumPy ground truth; Oxford5k and Paris6k, and their revisited forms. */
  dataset: typeof DATASETS[number];
  /** Folder of the dataset, `demo/city` for `demo` if ""; for `csv` the folder that image names start from, "" for that of the file. */
  dataPath: string;
  /** Split to read; passed over by `frames`, and by `csv` without a column `split`. `val` is `test` where classes have only that. */
  split: PittsburghSplit;
  /** CSV file of positions, for `csv`. */
  positions: string;
  /** Whether each image is a query against all others, for `csv`. */
  leaveOneOut: boolean;
}

/** The one place where the defaults of datasets live. */
export const DATASET_DEFAULTS: Readonly<DatasetOptions> = Object.freeze({
  dataset: "pittsburgh",
  dataPath: "",
  split: "val",
  positions: "",
  database: "",
  queries: "",
  groundTruth: "",
  frameTolerance: 3,
  frames: "",
  leaveOneOut: false,
  heldOutClasses: 0.5,
  positiveRadius: null,
  potentialPositiveRing: null,
});

/** A path or a range, or "" where there is none. */
const PERHAPS_TEXT: Rule = {
  holds: (value) => typeof value === "string",
  wanted: "text",
};

/** Where the demo city is, unless `dataPath` says otherwise. */
export const DEMO_DATA_PATH = "demo/city";

/** Parts of a dataset. */
export const SPLITS = ["train", "val", "test", "test250k"] as const;

/** One rule per option: forgetting one does not compile. */
const RULES: Rules<DatasetOptions> = {
  dataset: oneOf(DATASETS),
  dataPath: PERHAPS_TEXT,
  split: oneOf(SPLITS),
  positions: PERHAPS_TEXT,
  database: PERHAPS_TEXT,
  queries: PERHAPS_TEXT,
  groundTruth: {
    holds: (value) =>
      typeof value === "string" && /^(.*\.np[yz])?$/i.test(value),
    wanted: "a file .npz or .npy",
  },
  frameTolerance: integerFrom(0),
  frames: {
    holds: (value) =>
      typeof value === "string" && parseFrameRange(value) !== null,
    wanted: 'a range such as "0:74", with FIRST < END',
  },
  leaveOneOut: BOOLEAN,
  heldOutClasses: {
    holds: (value) => NOT_NEGATIVE.holds(value) && Number(value) < 1,
    wanted: "a number >= 0 and < 1",
  },
  positiveRadius: {
    holds: (value) => value === null || POSITIVE.holds(value),
    wanted: "null, or a number > 0",
  },
  potentialPositiveRing: {
    holds: (value) => value === null || isRing(value),
    wanted: "null, or [min, max] with 0 <= min < max",
  },
};

function isRing(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [min, max] = value;
  return NOT_NEGATIVE.holds(min) && NOT_NEGATIVE.holds(max) && min < max;
}

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If values break their rules or do not go together; it names all of them.
 */
export function resolveDatasetOptions(
  given: Partial<DatasetOptions> = {},
): Readonly<DatasetOptions> {
  return resolveOptions(given, {
    purpose: "read a dataset",
    defaults: DATASET_DEFAULTS,
    rules: RULES,
    conflicts: findConflicts,
  });
}

/** Whether a layout has classes: then there are no distances between its images. */
export function hasClasses(dataset: unknown): boolean {
  return CLASS_DATASETS.some((each) => each === dataset);
}

/** What each layout needs, and what belongs to another one. */
function findConflicts(options: Readonly<DatasetOptions>): string[] {
  const { dataset } = options;
  const isCsv = dataset === "csv";
  const isFrames = dataset === "frames";
  const isOfClasses = hasClasses(dataset);
  const isOfNames = dataset === "lists";
  const isListed = dataset === "oxford" || dataset === "revisited" ||
    (isOfNames && listsTruth(options.groundTruth));
  const needsPath = !isCsv && dataset !== "demo";
  const missing = [
    ...(isCsv ? ["positions" as const] : []),
    ...(needsPath ? ["dataPath" as const] : []),
    ...(isFrames || isOfNames ? ["database" as const, "queries" as const] : []),
    ...(isOfNames ? ["groundTruth" as const] : []),
  ].filter((key) => options[key] === "")
    .map((key) => `${key} is missing, ${dataset} needs it`);
  const foreign = [
    ...(isCsv ? [] : ["positions" as const, "leaveOneOut" as const]),
    ...(isFrames || isOfNames ? [] : ["database" as const, "queries" as const]),
    ...(isFrames ? [] : ["frames" as const]),
    ...(isOfNames ? [] : ["groundTruth" as const]),
    ...(isFrames || isOfClasses || isListed ? ["positiveRadius" as const] : []),
    ...(isOfClasses || isListed ? ["potentialPositiveRing" as const] : []),
    ...(dataset === "classes" ? [] : ["heldOutClasses" as const]),
  ].filter((key) => options[key] !== DATASET_DEFAULTS[key])
    .map((key) => `${key} is given, ${dataset} has no use for it`);
  const isFar = options.split === "test250k" && dataset !== "pittsburgh";
  return [
    ...missing,
    ...foreign,
    ...(isFar ? [`split is test250k, only pittsburgh has it`] : []),
  ];
}

/**
 * Reads a dataset in any of the layouts.
 *
 * @param given Where it is, and which part of it.
 * @param strictness Whether its images have to be there.
 * @throws {OptionsError} If options are wrong or do not go together.
 * @throws {DatasetError} If the dataset is not there or not what it should be.
 *
 * @example
 * ```ts ignore
 * const dataset = await readDataset({ dataset: "utm", dataPath: "data/city", split: "test" });
 * ```
 */
export async function readDataset(
  given: Partial<DatasetOptions>,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const options = { ...resolveDatasetOptions(given), ...strictness };
  const { dataPath, split } = options;
  switch (options.dataset) {
    case "demo":
      return {
        ...await readPittsburghDataset(
          dataPath || DEMO_DATA_PATH,
          split,
          options,
        ),
        name: "demo",
      };
    case "pittsburgh":
      return await readPittsburghDataset(dataPath, split, options);
    case "utm":
      return await readUtmFolderDataset(dataPath, split, options);
    case "csv":
      return await readPositionsCsv(options.positions, options);
    case "frames":
      return await readFrameFolders(dataPath, options);
    case "classes":
      return await readClassFolders(dataPath, split, options);
    case "cub200":
      return await readCub200(dataPath, split, options);
    case "cars196":
      return await readCars196(dataPath, split, options);
    case "sop":
      return await readOnlineProducts(dataPath, split, options);
    case "inshop":
      return await readInshop(dataPath, split, options);
    case "lists":
      return await readNameLists(dataPath, options);
    case "oxford":
      return await readOxfordDataset(dataPath);
    case "revisited":
      return await readRevisitedDataset(dataPath);
  }
}
