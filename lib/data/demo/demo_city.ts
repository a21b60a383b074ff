/**
 * The demo city: a dataset in Pittsburgh layout, drawn instead of photographed.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import type { ProgressEvent } from "../../progress.ts";
import {
  type DbStruct,
  type UtmPositions,
  writeDbStruct,
} from "../dbstruct.ts";
import {
  holdsCity,
  identifyCity,
  openBuildingSite,
  openCity,
  removeCity,
} from "./city_folder.ts";
import { type DemoCityOptions, resolveDemoCityOptions } from "./options.ts";
import { takeAllPhotos } from "./photo_pool.ts";
import {
  CITY_SPLITS,
  type CitySplit,
  planSplit,
  type Shot,
  type SplitPlan,
} from "./shots.ts";

/** A demo city that is on disk. */
export interface DemoCitySummary {
  /** Its folder: what `dataPath` of `readPittsburghDataset` is set to. */
  root: string;
  /** Whether it was made now, or found. */
  isNew: boolean;
  /** Images per split. */
  splits: Readonly<Record<CitySplit, { database: number; queries: number }>>;
}

/** Evaluation radius and training radius of the specifications, in metres. */
const POSITIVE_RADIUS = 25;
const POTENTIAL_POSITIVE_RADIUS = 10;

/** Specifications, and the split that each holds; the large test set is the test set again. */
const SPECIFICATIONS: readonly { file: string; split: CitySplit }[] = [
  { file: "pitts30k_train.mat", split: "train" },
  { file: "pitts30k_val.mat", split: "val" },
  { file: "pitts30k_test.mat", split: "test" },
  { file: "pitts250k_test.mat", split: "test" },
];

/**
 * Makes a city with streets, houses and seasons, and photographs it: the database
 * on summer days, the queries some metres away in any light, weather and season.
 * The same options give the same bytes. A city of the same options that is already
 * there is left as it is; another demo city is replaced.
 *
 * @param root Folder of the city; made if need be. The city appears in it whole or not at all.
 * @param given Options that differ from `DEMO_CITY_DEFAULTS`.
 * @yields One progress event per photograph.
 * @throws {OptionsError} If an option is out of range.
 * @throws {DatasetError} If `root` holds something else, or cannot be written.
 *
 * @example
 * ```ts
 * import { createDemoCity, drain } from "@whereabouts/whereabouts";
 *
 * const root = await Deno.makeTempDir();
 * const { splits } = await drain(
 *   createDemoCity(`${root}/city`, { trainPlaces: 1, valPlaces: 1, testPlaces: 2 }),
 * );
 * console.log(splits.test); // { database: 8, queries: 4 }
 * ```
 */
export async function* createDemoCity(
  root: string,
  given: Partial<DemoCityOptions> = {},
): AsyncGenerator<ProgressEvent, DemoCitySummary> {
  const options = resolveDemoCityOptions(given);
  const identity = identifyCity(options);
  const plans = CITY_SPLITS.map((split) => planSplit(options, split));
  const folder = root.replace(/(?<=.)[/\\]+$/, "");
  const isNew = !await holdsCity(folder, identity);
  if (isNew) {
    const site = await openBuildingSite(folder, identity, listFolders(plans));
    try {
      const total = plans.reduce((sum, { shots }) => sum + shots.length, 0);
      yield* takeAllPhotos(options, site, total);
      await writeSpecifications(site, plans);
      await openCity(site, folder);
    } finally {
      await removeCity(site);
    }
  }
  const counts = plans.map((plan) => [plan.split, countShots(plan)]);
  return { root, isNew, splits: Object.fromEntries(counts) };
}

function listFolders(plans: readonly SplitPlan[]): Set<string> {
  return new Set(
    plans.flatMap(({ shots }) => shots.map(({ path }) => folderOf(path))),
  );
}

async function writeSpecifications(
  site: string,
  plans: readonly SplitPlan[],
): Promise<void> {
  for (const { file, split } of SPECIFICATIONS) {
    const plan = plans.find((plan) => plan.split === split)!;
    await writeDbStruct(`${site}/datasets/${file}`, toDbStruct(plan));
  }
}

function toDbStruct(plan: SplitPlan): DbStruct {
  const database = plan.shots.filter(({ role }) => role === "database");
  const queries = plan.shots.filter(({ role }) => role === "query");
  return {
    whichSet: plan.split,
    dbImageFns: database.map(({ name }) => name),
    utmDb: toUtm(plan, database),
    qImageFns: queries.map(({ name }) => name),
    utmQ: toUtm(plan, queries),
    numImages: database.length,
    numQueries: queries.length,
    posDistThr: POSITIVE_RADIUS,
    posDistSqThr: POSITIVE_RADIUS ** 2,
    nonTrivPosDistSqThr: POTENTIAL_POSITIVE_RADIUS ** 2,
  };
}

function toUtm(plan: SplitPlan, shots: readonly Shot[]): UtmPositions {
  return {
    eastMeters: Float64Array.from(
      shots,
      ({ camera }) => plan.eastMeters + camera.x,
    ),
    northMeters: Float64Array.from(
      shots,
      ({ camera }) => plan.northMeters + camera.y,
    ),
  };
}

function countShots(
  { shots }: SplitPlan,
): { database: number; queries: number } {
  const database = shots.filter(({ role }) => role === "database").length;
  return { database, queries: shots.length - database };
}
