/**
 * A report for people: what models achieve, side by side, and how they were trained.
 *
 * @module
 */
import { writeTextWhole } from "../files.ts";

/** A model in a report. */
export interface ReportColumn {
  title: string;
  /** Recall@N by N, fractions. */
  recall: Readonly<Record<string, number>>;
}

/** An epoch in a report. */
export interface ReportEpoch {
  epoch: number;
  loss: number | null;
  recall: Readonly<Record<string, number>> | null;
}

/** What a report says. */
export interface Report {
  title: string;
  /** Facts above the tables, a line each. */
  facts: readonly string[];
  columns: readonly ReportColumn[];
  history: readonly ReportEpoch[];
}

/**
 * Writes a report as Markdown.
 *
 * @throws {CheckpointError} If it cannot be written.
 */
export function writeReport(path: string, report: Report): Promise<void> {
  return writeTextWhole(path, formatReport(report));
}

/** A report as Markdown. */
export function formatReport(
  { title, facts, columns, history }: Report,
): string {
  const ns = Object.keys(columns[0]?.recall ?? {});
  const recallTable = formatTable(
    ["", ...columns.map((column) => column.title)],
    ns.map((n) => [
      `Recall@${n}`,
      ...columns.map(({ recall }) => formatPercent(recall[n])),
    ]),
  );
  const validated = Object.keys(history[0]?.recall ?? {});
  const historyTable = formatTable(
    ["epoch", "loss", ...validated.map((n) => `val Recall@${n}`)],
    history.map(({ epoch, loss, recall }) => [
      String(epoch),
      loss?.toFixed(4) ?? "",
      ...validated.map((n) => formatPercent(recall?.[n])),
    ]),
  );
  return [
    `# ${title}`,
    facts.map((fact) => `- ${fact}`).join("\n"),
    "## Test split",
    recallTable,
    "## Training",
    historyTable,
  ].join("\n\n") + "\n";
}

function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)]
    .join("\n");
}

function formatPercent(fraction: number | undefined): string {
  return fraction === undefined ? "" : `${(100 * fraction).toFixed(1)} %`;
}
