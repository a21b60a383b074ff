/**
 * The stage *test* for descriptors that are there already.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { createDatasetDescriptors } from "../describe/describe_dataset.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import type { Engine } from "../engine/engine.ts";
import { DatasetError, ShapeError } from "../errors.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { DescriptorFile } from "../search/descriptor_file.ts";
import type { NamedDescriptors } from "../search/named_descriptors.ts";
import { type EvaluateEvent, noteMissing, searchDataset } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import { createJudge } from "./judge.ts";
import { matchNames, nameSome } from "./match_names.ts";
import { type EvaluateOptions, resolveEvaluateOptions } from "./options.ts";

/** Descriptors of both sides of a dataset, of one length. */
export interface FoundDescriptors {
  /** Of the database; and of the queries, if they are not apart. */
  database: NamedDescriptors;
  /** Of the queries, if they are apart. */
  queries?: NamedDescriptors;
}

/** How to evaluate descriptors: options of the evaluation, and where rows are kept while they are searched. */
export interface EvaluateDescriptorsSettings extends Partial<EvaluateOptions> {
  /** Of these only `cachePath` matters. */
  describe?: Partial<DescribeOptions>;
}

/** Rows that are copied at a time, in bytes. */
const BLOCK_BYTES = 2 ** 24;

/**
 * Evaluates descriptors that any program made of the images of a dataset, as `evaluateModel` does
 * those of a model: by L2 distance, whatever their length is.
 *
 * Images are found by name: see `matchNames`. Images of the files that the dataset has not are
 * passed over. Rows are copied to disk in the order of the dataset and searched in blocks.
 *
 * @param engine Multiplies the blocks.
 * @param dataset The split.
 * @param found Descriptors of its images.
 * @returns Recall, and the predictions it comes from.
 * @throws {DatasetError} If images have no descriptor, or a name may mean several of them.
 * @throws {ShapeError} If the queries' descriptors have another length than the database's.
 * @throws {CheckpointError} If descriptors cannot be read, or are not finite.
 * @throws {OptionsError} If an option is wrong.
 */
export async function* evaluateDescriptors(
  engine: Engine,
  dataset: PlaceDataset,
  found: FoundDescriptors,
  { describe, ...given }: EvaluateDescriptorsSettings = {},
): AsyncGenerator<EvaluateEvent, Evaluation> {
  const options = resolveEvaluateOptions(given);
  const judge = createJudge(dataset, options); // throws before there is any work
  const { cachePath } = resolveDescribeOptions(describe);
  const { database, queries } = matchDataset(dataset, found);
  await using folder = await openWorkFolder(cachePath ?? options.output);
  using descriptors = createDatasetDescriptors(
    dataset,
    folder.path,
    found.database.rowLength,
  );
  yield* copyRows("read database descriptors", database, descriptors.database);
  if (descriptors.queries !== descriptors.database) {
    yield* copyRows("read query descriptors", queries, descriptors.queries);
  }
  const evaluation = yield* searchDataset(engine, descriptors, judge);
  yield* noteMissing(evaluation);
  return evaluation;
}

/** Rows of a file, image by image. */
interface MatchedRows {
  source: NamedDescriptors;
  /** Row of each image. */
  rows: Int32Array;
}

function matchDataset(
  { database, queries }: PlaceDataset,
  found: FoundDescriptors,
): { database: MatchedRows; queries: MatchedRows } {
  const source = found.database;
  const asked = found.queries ?? source;
  if (asked.rowLength !== source.rowLength) {
    throw new ShapeError("Cannot compare descriptors of different lengths", {
      where:
        `${source.path} has ${source.rowLength} values each, ${asked.path} ${asked.rowLength}`,
      fix: "give descriptors of one model",
    });
  }
  if (found.queries) {
    return {
      database: matchSide(source, database.paths),
      queries: matchSide(asked, queries.paths),
    };
  }
  // Both sides at once: a name means one image of either.
  const { rows } = matchSide(source, [...database.paths, ...queries.paths]);
  const M = database.paths.length;
  return {
    database: { source, rows: rows.subarray(0, M) },
    queries: { source, rows: rows.subarray(M) },
  };
}

function matchSide(
  source: NamedDescriptors,
  paths: readonly string[],
): MatchedRows {
  const rows = matchNames(paths, source.names);
  const missing = paths.filter((_, i) => rows[i] === -1);
  if (missing.length === 0) return { source, rows };
  throw new DatasetError("Cannot find descriptors of all images", {
    where: `${source.path} has none of ${nameSome(missing)}; it has ${
      nameSome(source.names)
    }`,
    fix: "give descriptors of every image of the split, named by their paths",
  });
}

/** Copies rows to where they are searched, those that follow each other in one piece. */
async function* copyRows(
  phase: string,
  { source, rows }: MatchedRows,
  target: DescriptorFile,
): AsyncGenerator<ProgressEvent, void> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / (4 * source.rowLength)));
  yield progress(phase, 0, rows.length);
  for (let at = 0; at < rows.length;) {
    const first = rows[at]!;
    let count = 1;
    while (count < most && rows[at + count] === first + count) count++;
    target.write(at, source.read(first, count));
    at += count;
    yield progress(phase, at, rows.length);
  }
}
