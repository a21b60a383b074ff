/**
 * Reads the splits of a dataset, as far as they can be read.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import {
  DATASET_DEFAULTS,
  type DatasetOptions,
  DEMO_DATA_PATH,
  readDataset,
  SPLITS,
} from "../data/read_dataset.ts";
import { isFolder } from "../folders.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  type Trouble,
  troubleOf,
  warns,
} from "./finding.ts";
import { formatCount } from "./format.ts";

/** Splits that are read unless one is asked for. */
const USUAL_SPLITS = SPLITS.filter((split) => split !== "test250k");

/** A split that could not be read. */
interface LostSplit {
  split: string;
  trouble: Trouble;
  /** Whether it is only not there. */
  isAbsent: boolean;
}

/**
 * Reads the split that is asked for, or all. Images need not be there.
 *
 * @param given Where the dataset is.
 * @yields What it has, and why a split cannot be read.
 * @returns The splits that could be read.
 */
export async function* readSplits(
  given: Partial<DatasetOptions>,
): AsyncGenerator<FindingEvent, PlaceDataset[]> {
  if (await isDemoToBeMade(given)) {
    yield fine(
      { topic: "dataset", check: "demo" },
      "the demo city is not there yet: whatever needs it makes it, in about a minute",
    );
    return [];
  }
  const splits = chooseSplits(given);
  const found: PlaceDataset[] = [];
  const lost: LostSplit[] = [];
  for (const split of splits) {
    try {
      const dataset = await readDataset({ ...given, split }, {
        expectFiles: false,
      });
      const isKnown = found.some((other) => other.split === dataset.split);
      if (!isKnown) found.push(dataset); // val and test may be one
      if (!SPLITS.some((each) => each === dataset.split)) break; // it has no splits
    } catch (error) {
      const trouble = troubleOf(error);
      lost.push({ split, trouble, isAbsent: isAbsent(error) });
    }
  }
  for (const dataset of found) yield describeSplit(dataset);
  yield* describeLosses(lost, {
    hasSplits: given.dataset !== "frames",
    hasOthers: found.length > 0 && given.split === undefined,
  });
  return found;
}

function chooseSplits(
  { dataset, split }: Partial<DatasetOptions>,
): readonly DatasetOptions["split"][] {
  if (dataset === "frames") return [DATASET_DEFAULTS.split]; // it has no splits
  return split ? [split] : USUAL_SPLITS;
}

async function isDemoToBeMade(
  { dataset, dataPath }: Partial<DatasetOptions>,
): Promise<boolean> {
  return dataset === "demo" && !dataPath && !await isFolder(DEMO_DATA_PATH);
}

function describeSplit(dataset: PlaceDataset): FindingEvent {
  const { database, queries, split, name, unit } = dataset;
  const isOne = queries === database;
  const title = split === "all" ? name : `${name}, ${split}`;
  const images = formatCount(database.paths.length, "database image");
  const count = formatCount(queries.paths.length, "query", "queries");
  const classes = unit === "classes"
    ? ` of ${
      formatCount(new Set(database.eastMeters).size, "class", "classes")
    }`
    : "";
  return fine(
    { topic: "dataset", check: "counts" },
    isOne
      ? `${title}: ${count}${classes}, each against all others`
      : `${title}: ${count} in ${images}${classes}`,
  );
}

/** Whether an error says that a split is not there, and not that it is damaged. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error &&
    (error.cause instanceof Deno.errors.NotFound ||
      /^Cannot find (a|the) split/.test(error.message));
}

/** One finding for each reason. */
function* describeLosses(
  lost: readonly LostSplit[],
  { hasSplits, hasOthers }: { hasSplits: boolean; hasOthers: boolean },
): Generator<FindingEvent, void> {
  const byReason = Map.groupBy(
    lost,
    ({ trouble }) => Object.values(trouble).join("\n"),
  );
  for (const group of byReason.values()) {
    const [{ trouble, isAbsent }] = group as [LostSplit];
    const splits = group.map(({ split }) => split).join(", ");
    const check: CheckName = { topic: "dataset", check: "splits" };
    const grade = isAbsent && hasOthers ? warns : fails;
    yield grade(check, {
      ...trouble,
      what: hasSplits ? `${splits}: ${trouble.what}` : trouble.what,
      fix: hasOthers
        ? `${trouble.fix}; or set split to the one that you use`
        : trouble.fix,
    });
  }
}
