/**
 * The stage *test* for rankings that are there already.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { DatasetError } from "../errors.ts";
import { note, type NoteEvent } from "../progress.ts";
import type { Predictions } from "../search/exact.ts";
import { noteMissing } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import { createJudge } from "./judge.ts";
import { matchNames, nameSome } from "./match_names.ts";
import { type EvaluateOptions, resolveEvaluateOptions } from "./options.ts";
import type { Pairs } from "./pairs.ts";

/**
 * Evaluates what any program found for the queries of a dataset.
 *
 * Images are found by name: see `matchNames`. A query without pairs counts as missed. Distances of
 * descriptors are not known: those of the predictions are NaN.
 *
 * @param dataset The split.
 * @param pairs Rankings, such as `readPairs` reads them.
 * @param given Options of the evaluation.
 * @throws {DatasetError} If a name means no image of the dataset, or several.
 * @throws {OptionsError} If an option is wrong.
 */
export async function* evaluatePairs(
  dataset: PlaceDataset,
  pairs: Pairs,
  given: Partial<EvaluateOptions> = {},
): AsyncGenerator<NoteEvent, Evaluation> {
  const options = resolveEvaluateOptions(given);
  const { depth, judge } = createJudge(dataset, options);
  const rankings = findRankings(dataset, pairs);
  yield* noteFew(rankings, Math.max(...options.recallAt));
  const evaluation = judge(toPredictions(rankings, depth));
  yield* noteMissing(evaluation);
  return evaluation;
}

/** Database indices for each query, nearest first. */
type Rankings = readonly (readonly number[])[];

function findRankings(
  { queries, database, ownDatabaseIndex }: PlaceDataset,
  pairs: Pairs,
): Rankings {
  const askedNames = [...pairs.keys()];
  const asked = matchNames(queries.paths, askedNames);
  checkUsed("query", askedNames, asked);
  const foundNames = [...new Set([...pairs.values()].flat())];
  const matched = matchNames(database.paths, foundNames);
  checkUsed("database image", foundNames, matched);
  const indexOf = new Map<string, number>();
  for (const [index, name] of matched.entries()) {
    if (name >= 0) indexOf.set(foundNames[name]!, index);
  }
  return Array.from(asked, (name, query) => {
    const ranked = name < 0 ? [] : pairs.get(askedNames[name]!)!;
    return ranked.map((found) => indexOf.get(found)!)
      .filter((index) => index !== ownDatabaseIndex?.[query]);
  });
}

/** Checks that every name means an image. */
function checkUsed(
  role: string,
  names: readonly string[],
  matched: Int32Array,
): void {
  const used = new Set(matched);
  const unknown = names.filter((_, i) => !used.has(i));
  if (unknown.length === 0) return;
  throw new DatasetError("Cannot evaluate pairs of other images", {
    where: `no ${role} of the dataset is ${nameSome(unknown)}`,
    fix:
      "give pairs of this dataset and split, or choose the one that they are of",
  });
}

function toPredictions(rankings: Rankings, count: number): Predictions {
  const Q = rankings.length;
  const indices = new Int32Array(Q * count).fill(-1);
  const distancesSquared = new Float64Array(Q * count).fill(Infinity);
  for (const [query, ranked] of rankings.entries()) {
    const kept = ranked.slice(0, count);
    indices.set(kept, query * count);
    distancesSquared.fill(NaN, query * count, query * count + kept.length);
  }
  return { count, indices, distancesSquared };
}

/** Says where there are fewer pairs than recall looks at. */
function* noteFew(
  rankings: Rankings,
  largestN: number,
): Generator<NoteEvent, void> {
  const Q = rankings.length;
  const without = rankings.filter(({ length }) => length === 0).length;
  if (without > 0) {
    yield note(
      `${without} of ${Q} queries have no pairs; they count as missed`,
    );
  }
  const most = rankings.reduce((a, { length }) => Math.max(a, length), 0);
  if (most < largestN) {
    yield note(
      `no query has more than ${most} pairs: Recall@${largestN} looks at no more`,
    );
  }
}
