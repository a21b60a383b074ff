/**
 * What the task compare says.
 *
 * @module
 */
import { basename } from "node:path";
import {
  type ComparedFigure,
  type ComparedRecall,
  type Comparison,
  listEvaluations,
  OptionsError,
  readEvaluation,
  type StoredEvaluation,
} from "../mod.ts";

/** Queries that are named where only one of two is right. */
const MAX_NAMED = 5;

/**
 * Reads the two evaluations that are meant by two folders: these, or the only one that two runs both have.
 *
 * @throws {OptionsError} If none or several could be meant.
 */
export async function readBoth(
  first: string,
  second: string,
): Promise<{ a: StoredEvaluation; b: StoredEvaluation }> {
  const [inA, inB] = [
    await listEvaluations(first),
    await listEvaluations(second),
  ];
  const common = [...inA.keys()].filter((name) => inB.has(name));
  const names = inA.size === 1 && inB.size === 1
    ? [[...inA.keys()][0]!, [...inB.keys()][0]!]
    : common.length === 1
    ? [common[0]!, common[0]!]
    : undefined;
  if (names === undefined) {
    const list = (found: ReadonlyMap<string, string>): string =>
      [...found.values()].join(", ") || "none";
    throw new OptionsError("Cannot tell which evaluations to compare", {
      where: `${first} has ${list(inA)}; ${second} has ${list(inB)}`,
      fix: "give two folders of evaluations, each with its predictions.json",
    });
  }
  return {
    a: await readEvaluation(inA.get(names[0]!)!),
    b: await readEvaluation(inB.get(names[1]!)!),
  };
}

/** A comparison as lines: what is compared, a table, and which queries differ at the smallest N. */
export function* formatComparison(
  { a, b }: { a: StoredEvaluation; b: StoredEvaluation },
  { numQueries, protocol, recall, aucPr, map }: Comparison,
): Generator<string> {
  yield `A: ${a.folder}`;
  yield `B: ${b.folder}`;
  yield `${numQueries} queries; Recall@N of ${protocol}; differences are B - A in points, with their 95 % intervals`;
  const rows = [
    ["", "A", "B", "B - A", "95 % interval", "only A", "only B", "p"],
    ...recall.map((each) => [
      `Recall@${each.n}`,
      ...formatFigure(each),
      String(each.onlyA.length),
      String(each.onlyB.length),
      formatP(each.pValue),
    ]),
    ...(aucPr ? [["AUC-PR", ...formatFigure(aucPr)]] : []),
    ...Object.entries(map).map(([grade, figure]) => [
      grade === "all" ? "mAP" : `mAP ${grade}`,
      ...formatFigure(figure),
    ]),
  ];
  yield* alignColumns(rows);
  const [first] = recall;
  if (first) yield* nameDiffering(first);
}

function formatFigure({ a, b, difference }: ComparedFigure): string[] {
  const { value, low, high } = difference;
  return [
    `${(100 * a).toFixed(1)} %`,
    `${(100 * b).toFixed(1)} %`,
    formatPoints(value),
    `${formatPoints(low)} to ${formatPoints(high)}`,
  ];
}

/** A difference in percentage points, with its sign. */
function formatPoints(fraction: number): string {
  const points = (100 * fraction).toFixed(1);
  return Number(points) > 0 ? `+${points}` : points.replace(/^-(0\.0)$/, "$1");
}

function formatP(value: number): string {
  return value < 1e-4 ? "< 0.0001" : value.toFixed(4);
}

/** The first column to the left, the others to the right. */
function alignColumns(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]! + 2)
    ).join("").trimEnd()
  );
}

function* nameDiffering(
  { n, onlyA, onlyB }: ComparedRecall,
): Generator<string> {
  for (const [name, queries] of [["A", onlyA], ["B", onlyB]] as const) {
    if (queries.length === 0) continue;
    const more = queries.length - MAX_NAMED;
    yield `only ${name} is right at ${n}: ${
      queries.slice(0, MAX_NAMED).map((query) => basename(query)).join(", ")
    }${more > 0 ? ` and ${more} more` : ""}`;
  }
}
