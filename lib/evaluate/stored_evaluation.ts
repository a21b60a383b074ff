/**
 * An evaluation as it lies on disk, read back.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError, describeCause } from "../errors.ts";
import { isFile } from "../files.ts";
import { describeFolder } from "../folders.ts";

/** A query of an evaluation, as it was written. */
export interface StoredQuery {
  /** Path of the query. */
  query: string;
  /** Database images that are right; null where the file does not say so. */
  numPositives: number | null;
  /** Rank of the first right prediction; 0 if none that was written is right. */
  firstCorrect: number;
  /** Descriptor distance of the first prediction; Infinity if there is none, NaN if it is not known. */
  distance: number;
  /** Average precision by grade; NaN where there is nothing to find. */
  averagePrecision: Readonly<Record<string, number>>;
}

/** An evaluation on disk. */
export interface StoredEvaluation {
  /** Where it lies. */
  folder: string;
  /** In the order of the dataset. */
  queries: readonly StoredQuery[];
  /** Database images that were searched; null where that is not written. */
  numDatabase: number | null;
  /** N of every Recall@N that was computed, ascending. */
  ns: readonly number[];
  /** Fewest predictions that were written of a query, or all there are: recall is known to that N. */
  numPredictions: number;
  /** What it went by; all queries where that is not written. */
  protocol: StoredProtocol;
}

/** What was written of a protocol. */
export interface StoredProtocol {
  /** Which queries recall is a fraction of. */
  denominator: "all" | "answerable";
  /** Which predictions were left out. */
  suppress: "none" | "panorama";
  /** Its radius; null where that is not written. */
  positiveRadius: number | null;
  /** What that is counted in; null where that is not written. */
  unit: string | null;
  /** In words. */
  description: string;
}

const OLD_PROTOCOL: StoredProtocol = {
  denominator: "all",
  suppress: "none",
  positiveRadius: null,
  unit: null,
  description: "all queries",
};

const FIX =
  "give the folder of an evaluation of deno task test, or evaluate anew";

/**
 * Finds the evaluations in a folder: its own, or those in its folders `test_…`, as a run has them.
 *
 * @returns Folders by name; the name of its own is "".
 */
export async function listEvaluations(
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  if (await isFile(join(folder, "predictions.json"))) {
    return new Map([["", folder]]);
  }
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const found = new Map<string, string>();
  for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name);
    const isOne = name.startsWith("test_") &&
      await isFile(join(path, "predictions.json"));
    if (isOne) found.set(name, path);
  }
  return found;
}

/**
 * Reads an evaluation from `predictions.json` and `recalls.json` of its folder.
 *
 * @throws {CheckpointError} If one is missing or not what `writeEvaluation` writes.
 */
export async function readEvaluation(
  folder: string,
): Promise<StoredEvaluation> {
  const recalls = await readJson(join(folder, "recalls.json"));
  const predictions = await readJson(join(folder, "predictions.json"));
  try {
    const stored: unknown[] = predictions.queries as unknown[];
    const queries = stored.map(parseQuery);
    if (queries.length === 0) throw new Error("there are no queries");
    const lengths = stored.map((each) =>
      (each as { predictions: unknown[] }).predictions.length
    );
    return {
      folder,
      queries,
      numDatabase: toCount(recalls.database),
      ns: Object.keys(recalls.recall as object).map(Number),
      numPredictions: lengths.reduce((a, b) => Math.max(a, b)),
      protocol: { ...OLD_PROTOCOL, ...recalls.protocol as object },
    };
  } catch (cause) {
    throw new CheckpointError("Cannot read an evaluation", {
      where: `${folder} (${describeCause(cause)})`,
      fix: FIX,
      cause,
    });
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new CheckpointError("Cannot read an evaluation", {
      where: `${path} (${describeCause(cause)})`,
      fix: `${FIX}; ${await describeFolder(join(path, ".."))}`,
      cause,
    });
  }
}

interface WrittenQuery {
  query: string;
  positives?: number;
  averagePrecision?: Record<string, number | null>;
  predictions: { distance: number | null; correct: boolean }[];
}

function parseQuery(value: unknown): StoredQuery {
  const { query, positives, averagePrecision = {}, predictions } =
    value as WrittenQuery;
  if (typeof query !== "string") throw new Error("a query has no name");
  const precisions = Object.entries(averagePrecision)
    .map(([grade, precision]) => [grade, precision ?? NaN]);
  return {
    query,
    numPositives: toCount(positives),
    firstCorrect: predictions.findIndex(({ correct }) => correct) + 1,
    distance: predictions.length === 0
      ? Infinity
      : predictions[0]!.distance ?? NaN,
    averagePrecision: Object.fromEntries(precisions),
  };
}

function toCount(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
