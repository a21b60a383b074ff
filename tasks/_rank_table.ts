/**
 * A comparison of aggregation layers, for people.
 *
 * @module
 */
import type { Ranking } from "../mod.ts";

/** The table as lines, the columns one below the other. */
export function formatRanking({ rows, recallAt }: Ranking): string[] {
  const head = [
    "aggregator",
    "values",
    "stored as",
    "bytes",
    ...recallAt.map((n) => `Recall@${n}`),
  ];
  const cells = rows.map(({ title, isProjected, recall, ...row }) => [
    isProjected ? `  PCA to ${row.length}` : title,
    `${row.length}`,
    row.storage,
    `${row.bytes}`,
    ...recallAt.map((n) => `${(100 * recall.get(n)!).toFixed(1)} %`),
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]!.length))
  );
  const isText = (column: number): boolean => column === 0 || column === 2;
  return [head, ...cells].map((row) =>
    row.map((cell, column) =>
      isText(column)
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  );
}
