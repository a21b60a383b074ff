/**
 * What the tasks say of an evaluation, alone or after an epoch.
 *
 * @module
 */
import {
  type EpochEvent,
  type Estimate,
  type Evaluation,
  type EvaluationFigures,
  measureEvaluation,
  type TrainResult,
} from "../mod.ts";
import type { Measures } from "./_phase_times.ts";

/** What `--json` prints of an evaluation. */
export interface EvaluationSummary extends EvaluationFigures, Measures {
  /** Recall@N by N, fractions of the queries that count. */
  recall: Record<string, number>;
  queries: number;
  database: number;
  queriesWithoutPositives: number;
  engine: string;
  /** Length of a descriptor; null where there are none. */
  descriptor: number | null;
}

/** Sums up an evaluation. */
export function summarizeEvaluation(
  evaluation: Evaluation,
  subject: { engine: { name: string }; descriptorLength: number | null },
  measures: Measures,
): EvaluationSummary {
  const { recall, dataset, queriesWithoutPositives } = evaluation;
  return {
    recall: Object.fromEntries(recall),
    queries: dataset.queries.paths.length,
    database: dataset.database.paths.length,
    queriesWithoutPositives,
    ...measureEvaluation(evaluation),
    engine: subject.engine.name,
    descriptor: subject.descriptorLength,
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

/** What recall is of, and recall. */
export function formatRecalls(
  { protocol, recall }: EvaluationSummary,
): string[] {
  return [`Recall@N of ${protocol.description}`, formatRecall(recall)];
}

/** Every other figure with its interval, a line for each kind. */
export function* formatFigures(
  { aucPr, recallAtFullPrecision, map = {} }: EvaluationSummary,
): Generator<string> {
  if (aucPr !== null && recallAtFullPrecision !== null) {
    const sure = (100 * recallAtFullPrecision).toFixed(1);
    yield `AUC-PR ${
      formatEstimate(aucPr)
    }, recall at 100 % precision ${sure} %`;
  }
  for (const [grade, { precisionAt, ...estimate }] of Object.entries(map)) {
    const name = grade === "all" ? "mAP" : `mAP ${grade}`;
    const precisions = Object.entries(precisionAt).map(([k, value]) =>
      `, mP@${k} ${(100 * value).toFixed(1)} %`
    );
    yield `${name} ${formatEstimate(estimate)}${precisions.join("")}`;
  }
}

/** A figure in percent with its interval: `71.3 % (66.0 to 76.1)`. */
export function formatEstimate({ value, low, high }: Estimate): string {
  const [middle, least, most] = [value, low, high]
    .map((fraction) => (100 * fraction).toFixed(1));
  return `${middle} % (${least} to ${most})`;
}

/** An epoch of training as one line. */
export function formatEpoch(event: EpochEvent): string {
  const { epoch, loss, recall, isBest } = event;
  const parts = epoch === 0
    ? ["before training"]
    : [`loss ${loss?.toFixed(4) ?? "-"}`, formatLearned(event)];
  if (recall) parts.push(formatRecall(recall));
  return `epoch ${epoch}: ${parts.join("  ")}${isBest ? "  (best)" : ""}`;
}

/** What an epoch learned from: tuples, or images of classes. */
function formatLearned({ tuples, skipped, images }: EpochEvent): string {
  if (images !== undefined) return countOf(images, "image", "images");
  return `${countOf(tuples ?? 0, "tuple", "tuples")}, ${
    countOf(skipped ?? 0, "query", "queries")
  } without`;
}

/** How a training run ended, as one line. */
export function formatTraining(
  { bestRecall, decisiveN, epochs, stoppedEarly }: TrainResult,
): string {
  const best = `best Recall@${decisiveN} ${(100 * bestRecall).toFixed(1)} %`;
  return `${best} after ${epochs} epochs${
    stoppedEarly ? ", stopped early" : ""
  }`;
}
