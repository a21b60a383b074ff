/**
 * What the doctor found, for people: lines of at most 80 columns.
 *
 * @module
 */
import type { Diagnosis, Finding, StageEstimate } from "../mod.ts";
import { nameFlags } from "./_flag_names.ts";
import { wrap } from "./_help.ts";
import { formatDuration } from "./_phase.ts";
import type { TaskSpec } from "./_spec.ts";

const WIDTH = 80;
/** Column at which the text of a finding begins. */
const INDENT = 9;

const TITLES: Record<Finding["topic"], string> = {
  machine: "Machine",
  dataset: "Dataset",
  engines: "Engines",
  stages: "Stages",
};

const MARKS: Record<Finding["grade"], string> = {
  fine: "ok",
  warns: "warns",
  fails: "FAILS",
};

/** Checks that get a line of their own only where something is wrong. */
const QUIET = new Set([
  "image sizes",
  "duplicates",
  "positions",
  "name order",
  "training queries",
  "overlap",
]);

/** Turns findings into lines as they come, with a title where a new topic begins. */
export function createFindingLines(): (finding: Finding) => string[] {
  let last: Finding["topic"] | undefined;
  return ({ topic, check, grade, what }) => {
    const gap = last === undefined ? [] : [""];
    const title = topic === last ? [] : [...gap, TITLES[topic]];
    last = topic;
    const isQuiet = grade === "fine" && QUIET.has(check);
    const lines = isQuiet ? [] : indent(`  ${MARKS[grade]}`, what);
    return [...title, ...lines];
  };
}

/** A finding in the words of the command line. */
export function inFlags<Groups>(
  finding: Finding,
  spec: TaskSpec<Groups>,
): Finding {
  const [what, where, fix] = [finding.what, finding.where, finding.fix]
    .map((text) => nameFlags(text, spec)) as [string, string, string];
  return { ...finding, what, where, fix };
}

/** The table of what each stage will take. */
export function formatStages(
  { stages, imageSize: { width, height } }: Diagnosis,
): string[] {
  const engines = [
    ...new Set(stages.flatMap(({ seconds }) => Object.keys(seconds))),
  ] as (keyof StageEstimate["seconds"])[];
  if (stages.length === 0 || engines.length === 0) return [];
  const rows = stages.map(({ stage, seconds, memoryBytes, diskBytes }) => [
    stage,
    ...engines.map((name) => formatDuration(1000 * (seconds[name] ?? NaN))),
    formatSpace(memoryBytes),
    formatSpace(diskBytes),
  ]);
  const table = [["", ...engines, "memory", "disk"], ...rows];
  const widths = table[0]!.map((_, column) =>
    Math.max(...table.map((row) => row[column]!.length))
  );
  return [
    "",
    `Expected, with images of ${width}x${height} (estimates)`,
    ...table.map((row) =>
      "  " +
      row.map((cell, column) =>
        column === 0
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!)
      ).join("   ")
    ),
  ];
}

function formatSpace(bytes: number): string {
  return bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

/** What else was checked and is fine; and what is to be done, what fails first. */
export function formatVerdict(findings: readonly Finding[]): string[] {
  return [...formatQuiet(findings), ...formatTroubles(findings)];
}

function formatQuiet(findings: readonly Finding[]): string[] {
  const troubled = findings.filter(({ grade }) => grade !== "fine");
  const names = new Set(findings.map(({ check }) => check))
    .intersection(QUIET)
    .difference(new Set(troubled.map(({ check }) => check)));
  if (names.size === 0) return [];
  return ["", ...wrap(`Nothing wrong with ${[...names].join(", ")}.`, WIDTH)];
}

function formatTroubles(findings: readonly Finding[]): string[] {
  const failing = findings.filter(({ grade }) => grade === "fails");
  const warning = findings.filter(({ grade }) => grade === "warns");
  if (failing.length + warning.length === 0) return ["", "All is well."];
  const counts = [
    ...(failing.length > 0 ? [`${failing.length} would fail`] : []),
    ...(warning.length > 0 ? [`${warning.length} to know of`] : []),
  ].join(", ");
  return [
    "",
    `What to fix: ${counts}`,
    ...[...failing, ...warning].flatMap(
      (finding, i) => ["", ...formatTrouble(finding, i + 1)],
    ),
  ];
}

function formatTrouble(
  { grade, what, where, fix }: Finding,
  number: number,
): string[] {
  return [
    ...indent(`${String(number).padStart(3)}. `, `${MARKS[grade]}: ${what}`, 5),
    ...indent("     where:", where, 12),
    ...indent("     fix:", fix, 12),
  ];
}

/** Text beside a mark, its lines one below the other. */
function indent(mark: string, text: string, column = INDENT): string[] {
  return wrap(text, WIDTH - column).map((line, i) =>
    (i === 0 ? mark : "").padEnd(column) + line
  );
}
