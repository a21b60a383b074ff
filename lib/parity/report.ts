/**
 * What a comparison with golden cases came to, for people.
 *
 * @module
 */
import { writeTextWhole } from "../files.ts";
import type { ParityQuantity } from "./comparison.ts";
import type { ParityEngine, ParityResult } from "./parity_result.ts";
import type { ParityRow } from "./run_case.ts";

const HEAD = [
  "case",
  "engine",
  "largest error",
  "allowed error",
  "verdict",
  "quantity",
];

/** How many failing quantities of a case are told. */
const MAX_TOLD = 5;

/** The table as lines of text, and below it where each failing case fails. */
export function formatParity({ rows, counts }: ParityResult): string[] {
  const cells = [HEAD, ...rows.map(toCells)];
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  const table = cells.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
  const failures = rows.filter(({ verdict }) => verdict === "fail")
    .flatMap(describeFailure);
  return [...table, ...failures, formatCounts(counts)];
}

/**
 * Writes the table as Markdown.
 *
 * @param facts Lines above it, such as the date and versions.
 * @throws {CheckpointError} If it cannot be written.
 */
export function writeParityReport(
  path: string,
  result: ParityResult,
  facts: readonly string[],
): Promise<void> {
  return writeTextWhole(path, formatParityReport(result, facts));
}

/** The table as Markdown. */
export function formatParityReport(
  { folder, engines, rows, counts }: ParityResult,
  facts: readonly string[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const failures = rows.filter(({ verdict }) => verdict === "fail");
  const lines = [
    ...facts,
    ...engines.map(describeEngine),
    formatCounts(counts),
  ];
  return [
    "# Parity with the reference systems",
    `Made by \`deno task parity ${folder} --output\`. Each case is compared at its own tolerance, quantity by quantity; a row shows the quantity that comes nearest to what is allowed.`,
    lines.map((text) => `- ${text}`).join("\n"),
    [
      line(HEAD),
      line(HEAD.map(() => "---")),
      ...rows.map((row) => line(toCells(row))),
    ].join("\n"),
    ...failures.length === 0 ? [] : [
      "## Failures",
      "```text\n" + failures.flatMap(describeFailure).join("\n") + "\n```",
    ],
  ].join("\n\n") + "\n";
}

function toCells(row: ParityRow): string[] {
  const { worst, reason } = row;
  const isCompared = worst !== undefined && worst.reason === undefined;
  return [
    row.case,
    row.engine ?? "—",
    isCompared ? formatNumber(worst.error) : "",
    isCompared ? formatNumber(worst.allowed) : "",
    row.verdict,
    reason ?? worst?.name ?? "",
  ];
}

/** Where a case fails: the failing quantities, each at its worst place. */
function describeFailure(row: ParityRow): string[] {
  const title = `${row.case} on ${row.engine ?? "no engine"} fails`;
  if (row.reason !== undefined) return [`${title}: ${row.reason}`];
  const failing = row.quantities.filter(({ verdict }) => verdict === "fail");
  const told = failing.slice(0, MAX_TOLD).map(describeQuantity);
  const more = failing.length - told.length;
  return [
    `${title}:`,
    ...told.map((text) => `  ${text}`),
    ...more > 0 ? [`  and ${more} more`] : [],
  ];
}

function describeQuantity(quantity: ParityQuantity): string {
  const { name, reason, error, allowed, index, actual, expected } = quantity;
  if (reason !== undefined) return `${name}: ${reason}`;
  return `${name}: off by ${formatNumber(error)}, ${
    formatNumber(allowed)
  } allowed; at [${index.join(", ")}] it is ${actual}, not ${expected}`;
}

function describeEngine({ name, device, missing }: ParityEngine): string {
  return device === null
    ? `engine ${name}: left out (${missing})`
    : `engine ${name}: ${device}`;
}

function formatCounts({ pass, fail, skipped }: ParityResult["counts"]): string {
  return `${pass} pass, ${fail} fail, ${skipped} skipped`;
}

function formatNumber(value: number): string {
  return value === 0 ? "0" : value.toExponential(2);
}
