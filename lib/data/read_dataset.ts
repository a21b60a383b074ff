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
import type { PlaceDataset } from "./dataset.ts";
import {
  type FrameFoldersOptions,
  parseFrameRange,
  readFrameFolders,
} from "./frame_folders.ts";
import { type PittsburghSplit, readPittsburghDataset } from "./pittsburgh.ts";
import type { RadiusOptions, StrictnessOptions } from "./places.ts";
import { readPositionsCsv } from "./positions_csv.ts";
import { readUtmFolderDataset } from "./utm_folder.ts";

/** Layouts of datasets on disk. */
export const DATASETS = ["demo", "pittsburgh", "utm", "csv", "frames"] as const;

/** Which dataset to read, and how. */
export interface DatasetOptions extends FrameFoldersOptions, RadiusOptions {
  /** Layout: the demo city, Pittsburgh's, `@UTM@` file names, a CSV of positions, paired folders of frames. */
  dataset: typeof DATASETS[number];
  /** Folder of the dataset, `demo/city` for `demo` if ""; for `csv` the folder that image names start from, "" for that of the file. */
  dataPath: string;
  /** Split to read; passed over by `frames`, and by `csv` without a column `split`. */
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
  frameTolerance: 3,
  frames: "",
  leaveOneOut: false,
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
  frameTolerance: integerFrom(0),
  frames: {
    holds: (value) =>
      typeof value === "string" && parseFrameRange(value) !== null,
    wanted: 'a range such as "0:74", with FIRST < END',
  },
  leaveOneOut: BOOLEAN,
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

/** What each layout needs, and what belongs to another one. */
function findConflicts(options: Readonly<DatasetOptions>): string[] {
  const { dataset } = options;
  const isCsv = dataset === "csv";
  const isFrames = dataset === "frames";
  const needsPath = !isCsv && dataset !== "demo";
  const missing = [
    ...(isCsv ? ["positions" as const] : []),
    ...(needsPath ? ["dataPath" as const] : []),
    ...(isFrames ? ["database" as const, "queries" as const] : []),
  ].filter((key) => options[key] === "")
    .map((key) => `${key} is missing, ${dataset} needs it`);
  const foreign = [
    ...(isCsv ? [] : ["positions" as const, "leaveOneOut" as const]),
    ...(isFrames
      ? ["positiveRadius" as const]
      : ["database" as const, "queries" as const, "frames" as const]),
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
  }
}
