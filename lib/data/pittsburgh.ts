/**
 * Pittsburgh 30k and 250k as their authors lay them out on disk.
 *
 * @module
 */
import { join } from "node:path";
import { DatasetError } from "../errors.ts";
import type { PlaceDataset } from "./dataset.ts";
import { readDbStruct } from "./dbstruct.ts";
import { describeFolder, isFolder } from "../folders.ts";
import {
  checkPlaceDataset,
  type RadiusOptions,
  resolveRadii,
  type StrictnessOptions,
} from "./places.ts";

/** Splits, and the specification of each under `datasets/`. */
const SPLIT_FILES: Readonly<Record<PittsburghSplit, string>> = {
  train: "pitts30k_train.mat",
  val: "pitts30k_val.mat",
  test: "pitts30k_test.mat",
  test250k: "pitts250k_test.mat",
};

/** A split of Pittsburgh; `test250k` is the test split of the large set. */
export type PittsburghSplit = "train" | "val" | "test" | "test250k";

/**
 * Reads one split: `dataPath/datasets/*.mat` names the images, those of the database
 * start from `dataPath`, the queries from `dataPath/queries_real`.
 *
 * @param given Radii that win over those of the specification.
 * @throws {DatasetError} If a folder, the specification or the first image is missing, or the specification is damaged.
 *
 * Source: pytorch-NetVlad, pittsburgh.py.
 */
export async function readPittsburghDataset(
  dataPath: string,
  split: PittsburghSplit,
  given: Partial<RadiusOptions & StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const folder = join(dataPath, "datasets");
  if (!await isFolder(folder)) {
    throw new DatasetError("Cannot find a dataset in Pittsburgh layout", {
      where: folder,
      fix:
        `set dataPath to the folder that holds datasets/ and queries_real/; ${await describeFolder(
          dataPath,
        )}`,
    });
  }
  const path = join(folder, SPLIT_FILES[split]);
  const struct = await readDbStruct(path);
  const toPaths = (root: string, names: readonly string[]): string[] =>
    names.map((name) => join(root, name));
  return checkPlaceDataset(
    {
      name: "pittsburgh",
      split,
      database: {
        paths: toPaths(dataPath, struct.dbImageFns),
        ...struct.utmDb,
      },
      queries: {
        paths: toPaths(join(dataPath, "queries_real"), struct.qImageFns),
        ...struct.utmQ,
      },
      ...resolveRadii(given, {
        positiveRadius: struct.posDistThr,
        potentialPositiveRadius: Math.sqrt(struct.nonTrivPosDistSqThr),
      }),
      unit: "meters",
    },
    path,
    given,
  );
}
