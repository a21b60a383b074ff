/**
 * One golden case on one engine: a row of the table.
 *
 * @module
 */
import type { Engine, EngineName } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { describeCause, VprError } from "../errors.ts";
import { findKind } from "./case_kinds.ts";
import { checkMatFiles } from "./check_mat.ts";
import {
  CaseComparison,
  type ParityQuantity,
  worstQuantity,
} from "./comparison.ts";
import { openGoldenCase, readCaseNotes } from "./golden_case.ts";
import type { CaseFile } from "./list_cases.ts";
import { LeftOut } from "./too_large.ts";

/** What came of a case. */
export type ParityVerdict = "pass" | "fail" | "skipped";

/** A golden case on an engine. */
export interface ParityRow {
  /** Its path under the folder of the cases. */
  case: string;
  /** `null` where nothing is computed on an engine. */
  engine: EngineName | null;
  /** What came of it. */
  verdict: ParityVerdict;
  /** Why it was skipped, or failed before all was compared. */
  reason?: string;
  /** Everything that was compared. */
  quantities: readonly ParityQuantity[];
  /** The quantity that comes nearest to what is allowed, or exceeds it most. */
  worst?: ParityQuantity;
}

/**
 * Checks a case.
 *
 * @param engine None for a case that needs none.
 * @returns Its row, whatever goes wrong.
 */
export async function runCase(
  file: CaseFile,
  engine?: Engine,
): Promise<ParityRow> {
  try {
    return await (file.isMatFolder
      ? runMatFolder(file)
      : runGoldenCase(file, engine));
  } catch (error) {
    return {
      case: file.name,
      engine: engine?.name ?? null,
      verdict: "fail",
      reason: describeError(error),
      quantities: [],
    };
  }
}

/** A row of a case that is not run. */
export function skippedRow(
  { name }: CaseFile,
  engine: EngineName | null,
  reason: string,
): ParityRow {
  return { case: name, engine, verdict: "skipped", reason, quantities: [] };
}

/** Whether a case is computed on engines. What cannot be read is not. */
export async function needsEngine(
  { path, isMatFolder }: CaseFile,
): Promise<boolean> {
  if (isMatFolder) return false;
  const notes = await readCaseNotes(path).catch(() => undefined);
  return notes !== undefined && (findKind(notes, path)?.onEngine ?? false);
}

async function runMatFolder(file: CaseFile): Promise<ParityRow> {
  return toRow(file, undefined, await checkMatFiles(file.path));
}

async function runGoldenCase(
  file: CaseFile,
  engine: Engine | undefined,
): Promise<ParityRow> {
  const notes = await readCaseNotes(file.path);
  const kind = findKind(notes, file.path);
  const skip = (reason: string): ParityRow =>
    skippedRow(file, engine?.name ?? null, reason);
  if (kind === undefined) return skip("no kind of case that is known here");
  const { check, skipped = "" } = kind;
  if (check === undefined) return skip(skipped);
  using golden = await openGoldenCase(file.path);
  const results = new CaseComparison(golden);
  for (const name of kind.datasets) {
    if (!golden.has(name)) results.fail(name, "there is no such dataset");
  }
  for (const name of golden.notes.files) {
    const isThere = await Deno.stat(golden.pathOf(name)).catch(() => null);
    if (isThere === null) results.fail(name, "there is no such file");
  }
  try {
    await freeTensors(() => check(golden, results, engine!));
  } catch (error) {
    if (error instanceof LeftOut) return skip(error.message);
    results.fail("case", describeError(error));
  }
  return toRow(file, engine, results.finish());
}

/** Frees what a check leaves behind that fails half-way. */
async function freeTensors(use: () => Promise<void>): Promise<void> {
  tf.engine().startScope();
  try {
    await use();
  } finally {
    tf.engine().endScope();
  }
}

function toRow(
  { name }: CaseFile,
  engine: Engine | undefined,
  quantities: readonly ParityQuantity[],
): ParityRow {
  const worst = worstQuantity(quantities);
  const passes = quantities.length > 0 &&
    quantities.every(({ verdict }) => verdict === "pass");
  return {
    case: name,
    engine: engine?.name ?? null,
    verdict: passes ? "pass" : "fail",
    quantities,
    ...(worst && { worst }),
  };
}

/** What went wrong and where, on one line. */
function describeError(error: unknown): string {
  if (!(error instanceof VprError)) return describeCause(error);
  return `${error.message.split("\n")[0]}: ${error.where}`;
}
