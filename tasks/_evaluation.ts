/**
 * What the tasks say of an evaluation.
 *
 * @module
 */
import type { Evaluation, Model } from "../mod.ts";
import type { TaskRun } from "./_run.ts";

/** What `--json` prints of an evaluation. */
export interface EvaluationSummary {
  /** Recall@N by N, fractions of all queries. */
  recall: Record<string, number>;
  queries: number;
  database: number;
  queriesWithoutPositives: number;
  engine: string;
  /** Length of a descriptor. */
  descriptor: number;
  seconds: Record<string, number>;
  peakMemoryBytes: number;
}

/** Sums up an evaluation. */
export function summarizeEvaluation(
  { recall, dataset, queriesWithoutPositives }: Evaluation,
  model: Model,
  measures: ReturnType<TaskRun<unknown>["measure"]>,
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

/** Recalls as one line: `Recall@1 87.4 %  Recall@5 95.0 %`. */
export function formatRecall(
  recall: ReadonlyMap<number, number> | Readonly<Record<string, number>>,
): string {
  const entries = recall instanceof Map ? [...recall] : Object.entries(recall);
  return entries
    .map(([n, value]) => `Recall@${n} ${(100 * value).toFixed(1)} %`)
    .join("  ");
}
