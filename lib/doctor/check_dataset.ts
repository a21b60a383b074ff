/**
 * Checks a dataset, before anyone waits for it.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { DatasetOptions } from "../data/read_dataset.ts";
import type { ProgressEvent } from "../progress.ts";
import { checkDuplicates, checkOverlap } from "./duplicates.ts";
import type { FindingEvent } from "./finding.ts";
import { type CheckedImages, checkImages, type ImageCheck } from "./images.ts";
import { checkNameOrder } from "./name_order.ts";
import { checkPositions } from "./positions.ts";
import { checkPositives, checkTraining } from "./positives.ts";
import { readSplits } from "./splits.ts";

/** A split that was checked. */
export interface CheckedSplit {
  /** Name of the dataset. */
  name: string;
  /** Which split; `all` where there are none. */
  split: string;
  /** Images searched, M. */
  database: number;
  /** Images to locate, Q. */
  queries: number;
  /** Whether the queries are the database: leave-one-out. */
  isOne: boolean;
  /** Its files. */
  images: CheckedImages;
}

/**
 * Checks the splits of a dataset one after the other, and against each other.
 *
 * @param given Where the dataset is; all splits are checked unless one is named.
 */
export async function* checkDataset(
  given: Partial<DatasetOptions>,
  check: ImageCheck,
): AsyncGenerator<ProgressEvent | FindingEvent, CheckedSplit[]> {
  const splits = yield* readSplits(given);
  const checked: CheckedSplit[] = [];
  for (const dataset of splits) {
    const images = yield* checkSplit(dataset, check);
    const { name, split, database, queries } = dataset;
    checked.push({
      name,
      split,
      database: database.paths.length,
      queries: queries.paths.length,
      isOne: database === queries,
      images,
    });
  }
  yield* checkOverlap(splits);
  return checked;
}

async function* checkSplit(
  dataset: PlaceDataset,
  check: ImageCheck,
): AsyncGenerator<ProgressEvent | FindingEvent, CheckedImages> {
  const images = yield* checkImages(dataset, check);
  yield* checkDuplicates(dataset);
  const isExplained = yield* checkPositions(dataset);
  yield* checkNameOrder(dataset, check.random.fork(dataset.split));
  yield* checkPositives(dataset, isExplained);
  const isTested = ["val", "test", "test250k"].includes(dataset.split);
  if (!isTested && !isExplained) yield* checkTraining(dataset);
  return images;
}
