/**
 * What the stage *test* leaves on disk.
 *
 * @module
 */
import { join } from "node:path";
import { writeTextWhole } from "../files.ts";
import type { Evaluation } from "./evaluation.ts";
import { writePredictionsCsv, writePredictionsJson } from "./predictions.ts";

/**
 * Writes `predictions.csv`, `predictions.json` and `recalls.json` into a folder.
 *
 * @param summary What else `recalls.json` says of the evaluation.
 * @throws {CheckpointError} If they cannot be written.
 */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  summary: Record<string, unknown> = {},
): Promise<void> {
  await writePredictionsCsv(join(folder, "predictions.csv"), evaluation);
  await writePredictionsJson(join(folder, "predictions.json"), evaluation);
  const { recall, dataset, queriesWithoutPositives, ...judged } = evaluation;
  const { protocol, numCounted: countedQueries } = judged;
  const content = {
    recall: Object.fromEntries(recall),
    queries: dataset.queries.paths.length,
    database: dataset.database.paths.length,
    queriesWithoutPositives,
    countedQueries,
    protocol,
    ...summary,
  };
  await writeTextWhole(
    join(folder, "recalls.json"),
    JSON.stringify(content, null, 2) + "\n",
  );
}
