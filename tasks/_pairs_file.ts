/**
 * The predictions of an evaluation as a file of pairs, for hloc.
 *
 * @module
 */
import { join } from "node:path";
import {
  checkPairNames,
  commonFolder,
  type EvaluateOptions,
  type Evaluation,
  listPairs,
  type PlaceDataset,
  writePairs,
} from "../mod.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** The file in the folder of an evaluation. */
const PAIRS_FILE = "pairs.txt";

/** Checks that the images can be named, before the work, if pairs are asked for. */
export function checkPairs(
  options: Partial<EvaluateOptions>,
  dataset: PlaceDataset,
): void {
  if (options.pairs === undefined) return;
  checkPairNames(PAIRS_FILE, dataset, findRoot(options, dataset));
}

/** Writes the file if it is asked for, and says so; returns what `--json` says of it. */
export async function keepPairs(
  { options, say }: Pick<TaskRun<unknown>, "say"> & {
    options: GivenOptions<{ evaluate: EvaluateOptions }>;
  },
  folder: string,
  evaluation: Evaluation,
): Promise<{ pairs?: string }> {
  const { pairs: count } = options.evaluate;
  if (count === undefined) return {};
  const path = join(folder, PAIRS_FILE);
  const root = findRoot(options.evaluate, evaluation.dataset);
  await writePairs(path, listPairs(evaluation, { count, root }));
  say(`pairs: ${path}, names from ${root} on`);
  return { pairs: path };
}

function findRoot(
  { pairsRoot }: Partial<EvaluateOptions>,
  { queries, database }: PlaceDataset,
): string {
  return pairsRoot ?? commonFolder([...database.paths, ...queries.paths]);
}
