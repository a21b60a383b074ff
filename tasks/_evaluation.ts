/**
 * What the tasks say of an evaluation, alone or after an epoch.
 *
 * @module
 */
import type { Describer, EpochEvent, Evaluation, TrainResult } from "../mod.ts";
import type { Measures } from "./_phase_times.ts";

/** What `--json` prints of an evaluation. */
export interface EvaluationSummary extends Measures {
  /** Recall@N by N, fractions of all queries. */
  recall: Record<string, number>;
  queries: number;
  database: number;
  queriesWithoutPositives: number;
  engine: string;
  /** Length of a descriptor. */
  descriptor: number;
}

/** Sums up an evaluation. */
export function summarizeEvaluation(
  { recall, dataset, queriesWithoutPositives }: Evaluation,
  model: Describer,
  measures: Measures,
): EvaluationSummary {
  return {
    recall: Object.fromEntries(recall),
    queries: dataset.queries.paths.length,
    database: dataset.database.paths.length,
    queriesWithoutPositives,
    engine: model.engine.name,
    descriptor: model.descriptorLength,
    ...measures,
  };
}

/** What was searched, as one line: `1 query in 250 database images`. */
export function formatSizes(
  { queries, database }: Pick<EvaluationSummary, "queries" | "database">,
): string {
  return `${countOf(queries, "query", "queries")} in ${
    countOf(database, "database image", "database images")
  }`;
}

function countOf(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** Recalls as one line: `Recall@1 87.4 %  Recall@5 95.0 %`. */
export function formatRecall(
  recall: ReadonlyMap<number, number> | Readonly<Record<string, number>>,
): string {
  const entries = recall instanceof Map ? [...recall] : Object.entries(recall);
  return entries
    .map(([n, value]) => `Recall@${n} ${(100 * value).toFixed(1)} %`)
    .join("  ");
}

/** An epoch of training as one line. */
export function formatEpoch(event: EpochEvent): string {
  const { epoch, loss, tuples, skipped, recall, isBest } = event;
  const parts = epoch === 0 ? ["before training"] : [
    `loss ${loss?.toFixed(4) ?? "-"}`,
    `${countOf(tuples, "tuple", "tuples")}, ${
      countOf(skipped, "query", "queries")
    } without`,
  ];
  if (recall) parts.push(formatRecall(recall));
  return `epoch ${epoch}: ${parts.join("  ")}${isBest ? "  (best)" : ""}`;
}

/** How a training run ended, as one line. */
export function formatTraining(
  { bestRecall, epochs, stoppedEarly }: TrainResult,
): string {
  const best = `best Recall@5 ${(100 * bestRecall).toFixed(1)} %`;
  return `${best} after ${epochs} epochs${
    stoppedEarly ? ", stopped early" : ""
  }`;
}
