/**
 * Datasets of name lists, and a NumPy file of positions or of what is right.
 *
 * @module
 */
import { CheckpointError, DatasetError } from "../errors.ts";
import { readNpyLists, readNpyTexts } from "../npy_lists.ts";
import type { NpyArray } from "../npy.ts";
import { readNpz } from "../npz.ts";
import type { PlaceDataset, PlaceImages } from "./dataset.ts";
import { locateImage, readImageList } from "./list_images.ts";
import {
  checkPlaceDataset,
  nameOfFolder,
  type RadiusOptions,
  resolveRadii,
  type StrictnessOptions,
} from "./places.ts";
import { toNeighbors } from "./radius.ts";

/** Which files name the images, and which says where they are. */
export interface NameListsOptions extends RadiusOptions {
  /** Names of the database images: text, one a line, or `.npy`. */
  database: string;
  /** Names of the queries: text, one a line, or `.npy`. */
  queries: string;
  /** `.npz` of positions `utmDb` `[M, 2]`, `utmQ` `[Q, 2]` and perhaps `posDistThr`; or `.npy` of the database indices that are right for each query. */
  groundTruth: string;
}

/** Whether a file of ground truth lists what is right, and has no positions. */
export function listsTruth(groundTruth: string): boolean {
  return groundTruth.toLowerCase().endsWith(".npy");
}

/**
 * Reads a dataset from lists of names and ground truth beside them.
 *
 * @param dataPath Folder that names start from.
 * @throws {DatasetError} If a file is missing or damaged, counts disagree, an index is out of range, or the first image is missing.
 *
 * Source: Patch-NetVLAD, dataset_gt_files and dataset_imagenames (`.npz`); VPR-Bench, ground_truth_new.npy, and
 * MixVPR, msls_val_pIdx.npy (`.npy`).
 */
export async function readNameLists(
  dataPath: string,
  options: NameListsOptions & Partial<StrictnessOptions>,
): Promise<PlaceDataset> {
  const { groundTruth } = options;
  const database = await readNames(options.database, dataPath);
  const queries = await readNames(options.queries, dataPath);
  const base = { name: nameOfFolder(dataPath), split: "all" };
  const dataset = listsTruth(groundTruth)
    ? { ...base, ...readLists(groundTruth, database, queries) }
    : { ...base, ...readPositions(database, queries, options) };
  return checkPlaceDataset(dataset, groundTruth, options);
}

async function readNames(file: string, folder: string): Promise<string[]> {
  if (!file.toLowerCase().endsWith(".npy")) {
    return await readImageList(file, folder);
  }
  return inDataset(() => readNpyTexts(file)).map((name) =>
    locateImage(folder, name)
  );
}

function readPositions(
  database: readonly string[],
  queries: readonly string[],
  { groundTruth, ...radii }: NameListsOptions,
): Omit<PlaceDataset, "name" | "split"> {
  const arrays = inDataset(() =>
    readNpz(groundTruth, ["utmDb", "utmQ", "posDistThr"])
  );
  const place = (
    name: "utmDb" | "utmQ",
    paths: readonly string[],
  ): PlaceImages => {
    const { shape, data } = arrays.get(name) ?? { shape: [], data: [] };
    const isSound = shape[0] === paths.length && shape[1] === 2 &&
      data.every(Number.isFinite);
    if (!isSound) {
      throw notFitting(
        `${groundTruth}: ${name} is [${shape}], of ${paths.length} names`,
        `give finite ${name} [${paths.length}, 2]: east and north of each name`,
      );
    }
    const axis = (k: number): Float64Array =>
      Float64Array.from(paths, (_, i) => data[2 * i + k]!);
    return { paths, eastMeters: axis(0), northMeters: axis(1) };
  };
  const stated = arrays.get("posDistThr") as NpyArray | undefined;
  const positiveRadius = stated?.data[0];
  return {
    database: place("utmDb", database),
    queries: place("utmQ", queries),
    ...resolveRadii(
      radii,
      positiveRadius === undefined ? {} : { positiveRadius },
    ),
    unit: "meters",
  };
}

function readLists(
  groundTruth: string,
  database: readonly string[],
  queries: readonly string[],
): Omit<PlaceDataset, "name" | "split"> {
  const lists = inDataset(() => readNpyLists(groundTruth));
  if (lists.length !== queries.length) {
    throw notFitting(
      `${groundTruth} has ${lists.length} lists for ${queries.length} queries`,
      "give one list of database indices for each query",
    );
  }
  checkIndices(lists, database.length, groundTruth);
  return {
    database: withoutPositions(database),
    queries: withoutPositions(queries),
    ...LISTED,
    truth: {
      positives: toNeighbors(lists),
      ignored: toNeighbors(lists.map(() => [])),
    },
  };
}

/** What a dataset says of positions where it lists what is right. */
export const LISTED = {
  positiveRadius: 0,
  potentialPositiveRing: [0, 0] as const,
  unit: "lists" as const,
};

/** Images whose positions say nothing. */
export function withoutPositions(paths: readonly string[]): PlaceImages {
  return {
    paths,
    eastMeters: new Float64Array(paths.length),
    northMeters: new Float64Array(paths.length),
  };
}

/**
 * Checks that listed images are in the database.
 *
 * @throws {DatasetError} If an index is out of range.
 */
export function checkIndices(
  lists: readonly (readonly number[])[],
  numImages: number,
  source: string,
): void {
  for (const [query, list] of lists.entries()) {
    const wrong = list.find((index) => !(index >= 0 && index < numImages));
    if (wrong === undefined) continue;
    throw notFitting(
      `${source}: query ${query + 1} lists the image ${wrong}`,
      `list indices from 0 to ${
        numImages - 1
      }: the database has ${numImages} images`,
    );
  }
}

function notFitting(where: string, fix: string): DatasetError {
  return new DatasetError("Cannot use a ground truth with these images", {
    where,
    fix,
  });
}

/** What goes wrong with a NumPy file here is wrong with the dataset. */
export function inDataset<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const [what = ""] = error.message.split("\n");
    const { where, fix } = error;
    throw new DatasetError(what, { where, fix, cause: error });
  }
}
