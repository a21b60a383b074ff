/**
 * The stage *parity*: golden cases of the reference systems, case by case, engine by engine.
 *
 * @module
 */
import type { Engine, EngineName } from "../engine/engine.ts";
import { startEngine } from "../engine/start_engine.ts";
import { DatasetError, EngineError } from "../errors.ts";
import { checkWritable } from "../files.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import { type CaseFile, listGoldenCases } from "./list_cases.ts";
import { type ParityOptions, resolveParityOptions } from "./options.ts";
import type { ParityEngine, ParityResult } from "./parity_result.ts";
import { writeParityReport } from "./report.ts";
import {
  needsEngine,
  type ParityRow,
  type ParityVerdict,
  runCase,
  skippedRow,
} from "./run_case.ts";

/** A case was checked. */
export interface ParityRowEvent {
  /** A case is done. */
  kind: "row";
  /** What came of it. */
  row: ParityRow;
}

/** What a comparison reports as it goes. */
export type ParityEvent = ProgressEvent | NoteEvent | ParityRowEvent;

/** The engines, the fastest to start first. */
const ENGINES: readonly EngineName[] = ["wasm", "native", "webgpu"];

/**
 * Compares what is computed here with the golden cases of a folder, each at its own tolerance.
 *
 * What each case holds decides how it is checked; no case is known by name. Nothing
 * that was not compared passes: a dataset without a result fails its case.
 *
 * @param folder Cases, NAME.json beside NAME.h5, in folders of any depth.
 * @param given Which cases, and on which engines.
 * @yields `row` for every case on every engine.
 * @returns All rows.
 * @throws {DatasetError} If there are no cases.
 * @throws {CheckpointError} If `output` cannot be written.
 * @throws {OptionsError} If an option is wrong.
 */
export async function* runParity(
  folder: string,
  given: Partial<ParityOptions> = {},
): AsyncGenerator<ParityEvent, ParityResult> {
  const { output, facts = [], ...options } = resolveParityOptions(given);
  const cases = await chooseCases(folder, options.cases);
  if (output !== undefined) await checkWritable(output);
  const rows = yield* runCases(cases.once);
  const engines: ParityEngine[] = [];
  const names = cases.onEngine.length > 0 ? options.engines ?? ENGINES : [];
  for (const name of names) {
    const engine = await tryToStart(name);
    if (engine instanceof EngineError) {
      const missing = engine.where;
      engines.push({ name, device: null, missing });
      yield note(`engine ${name} is left out: ${missing}`);
      if (options.engines) rows.push(...yield* skipCases(cases.onEngine, name));
      continue;
    }
    engines.push({ name, device: engine.device });
    try {
      rows.push(...yield* runCases(cases.onEngine, engine));
    } finally {
      await engine.dispose();
    }
  }
  const result = { folder, engines, rows, counts: countVerdicts(rows) };
  if (output !== undefined) await writeParityReport(output, result, facts);
  return result;
}

/** The cases of a folder: those that are checked once, and those for each engine. */
async function chooseCases(
  folder: string,
  pattern: string | undefined,
): Promise<{ once: CaseFile[]; onEngine: CaseFile[] }> {
  const matches = toMatcher(pattern);
  const all = await listGoldenCases(folder);
  const once: CaseFile[] = [];
  const onEngine: CaseFile[] = [];
  for (const file of all.filter(({ name }) => matches(name))) {
    (await needsEngine(file) ? onEngine : once).push(file);
  }
  if (once.length + onEngine.length > 0) return { once, onEngine };
  throw new DatasetError("Cannot find golden cases", {
    where: all.length === 0
      ? folder
      : `${folder} (none of its ${all.length} cases matches ${pattern})`,
    fix: all.length === 0
      ? "give a folder of cases, NAME.json beside NAME.h5"
      : `set cases to part of a name such as ${all[0]!.name}`,
  });
}

/** Whether a name contains a pattern, of which `*` stands for anything. */
function toMatcher(pattern = ""): (name: string) => boolean {
  const parts = pattern.split("*").map((part) => RegExp.escape(part));
  const expression = new RegExp(parts.join(".*"));
  return (name) => expression.test(name);
}

async function tryToStart(name: EngineName): Promise<Engine | EngineError> {
  try {
    return await startEngine({ engine: name });
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

async function* runCases(
  cases: readonly CaseFile[],
  engine?: Engine,
): AsyncGenerator<ParityEvent, ParityRow[]> {
  const phase = engine ? `compare on ${engine.name}` : "compare files";
  const rows: ParityRow[] = [];
  for (const file of cases) {
    yield progress(phase, rows.length, cases.length);
    const row = await runCase(file, engine);
    rows.push(row);
    yield { kind: "row", row };
  }
  if (cases.length > 0) yield progress(phase, rows.length, cases.length);
  return rows;
}

/** Rows of an engine that was asked for and is not there. */
function* skipCases(
  cases: readonly CaseFile[],
  engine: EngineName,
): Generator<ParityEvent, ParityRow[]> {
  const rows = cases.map((file) =>
    skippedRow(file, engine, "the engine is not there")
  );
  for (const row of rows) yield { kind: "row", row };
  return rows;
}

function countVerdicts(
  rows: readonly ParityRow[],
): Record<ParityVerdict, number> {
  const counts = { pass: 0, fail: 0, skipped: 0 };
  for (const { verdict } of rows) counts[verdict]++;
  return counts;
}
