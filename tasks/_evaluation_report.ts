/**
 * What an evaluation leaves in its folder for people, and for those who go on from it.
 *
 * @module
 */
import { join } from "node:path";
import {
  type CompatOptions,
  type DatasetOptions,
  type DescribeOptions,
  type EvaluateOptions,
  type Evaluation,
  type ReportContent,
  resolveDatasetOptions,
  resolveDescribeOptions,
  resolveEvaluateOptions,
  resolveImageOptions,
  type RunFlags,
  writeReport,
} from "../mod.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";
import type { Subject } from "./_subject.ts";
import { readVersions } from "./_versions.ts";

/** The report in the folder of an evaluation or a run. */
export const REPORT_FILE = "report.html";

/** Options of an evaluation besides those of what describes. */
interface EvaluationGroups {
  compat: CompatOptions;
  dataset: DatasetOptions;
  describe: DescribeOptions;
  evaluate: EvaluateOptions;
}

/** Every resolved option of an evaluation, as its folder remembers them: what opens model and dataset again. */
export async function listEvaluationFlags(
  options: GivenOptions<EvaluationGroups>,
  { flags, images, engine }: Subject,
): Promise<RunFlags> {
  return {
    ...flags,
    dataset: resolveDatasetOptions(options.dataset),
    images: resolveImageOptions(images),
    describe: resolveDescribeOptions(options.describe),
    evaluate: resolveEvaluateOptions(options.evaluate),
    compat: options.compat.compat ?? null,
    engine: { name: engine.name, device: engine.device },
    versions: await readVersions(),
  };
}

/**
 * Writes the report of an evaluation into its folder.
 *
 * @returns Its path.
 */
export async function reportEvaluation<Groups>(
  run: Pick<TaskRun<Groups>, "show" | "say" | "measure">,
  folder: string,
  { evaluation, figures, subject, flags }: {
    evaluation: Evaluation;
    /** Lines of figures besides recall. */
    figures: readonly string[];
    subject: Subject;
    flags: RunFlags;
  },
): Promise<string> {
  const { name, facts, descriptorLength } = subject;
  const recall = Object.fromEntries(evaluation.recall);
  return await showReport(run, folder, {
    title: titleOf(name, evaluation),
    facts: [
      ...facts,
      ...(descriptorLength === null
        ? []
        : [describeLength({ descriptorLength })]),
      ...figures,
    ],
    evaluation,
    results: [{ title: name, recall }],
    ...await describeMaking(flags),
    seconds: run.measure().seconds,
  });
}

/** Writes the report into a folder and says so. */
export async function showReport<Groups>(
  run: Pick<TaskRun<Groups>, "show" | "say">,
  folder: string,
  content: ReportContent,
): Promise<string> {
  const path = join(folder, REPORT_FILE);
  await run.show(writeReport(path, content));
  run.say(`report: ${path}`);
  return path;
}

/** The report of a folder; null if there is none, as in a run that ended before there were reports. */
export async function findReport(folder: string): Promise<string | null> {
  const path = join(folder, REPORT_FILE);
  return await Deno.stat(path).then(() => path, () => null);
}

/** Options, engine and versions, of which `flags.json` may have none. */
export async function describeMaking(
  { engine, versions: _, ...options }: RunFlags,
): Promise<Pick<ReportContent, "options" | "engine" | "versions">> {
  return {
    options,
    engine: engine as ReportContent["engine"],
    versions: await readVersions(),
  };
}

/** Title of a report. */
export function titleOf(
  model: string,
  { dataset: { name, split } }: Pick<Evaluation, "dataset">,
): string {
  return `${model} on ${name}, split ${split}`;
}

/** How long a descriptor is. */
export function describeLength(
  { descriptorLength }: { descriptorLength: number },
): string {
  return `Descriptors of ${descriptorLength} values`;
}
