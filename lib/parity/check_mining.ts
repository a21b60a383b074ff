/**
 * Golden cases of hard-negative mining: what each query may be given, and what it is given pass by pass.
 *
 * @module
 */
import { findWithinRadius, type Neighbors } from "../data/radius.ts";
import { createRandom } from "../random.ts";
import { distancesToRows, rowsInMemory } from "../search/descriptor_rows.ts";
import {
  drawNegatives,
  mineTuple,
  type MiningOptions,
  type TrainingDescriptors,
} from "../train/mining.ts";
import { TRAIN_DEFAULTS } from "../train/options.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";
import { toPlaces } from "./places.ts";

/** Compares the sets of positives and negatives, then the choice in every pass. */
// deno-lint-ignore require-await
export async function checkMining(
  golden: GoldenCase,
  results: CaseComparison,
): Promise<void> {
  results.skip("utmDb", "utmQ");
  const positives = within(golden, "nontrivial_radius");
  compareLists(results, "nontrivial_positives", positives);
  const numDatabase = golden.number("numDb");
  const negatives = within(golden, "negative_radius").map((near) =>
    drawNegatives(createRandom(0), numDatabase, near, {
      ...TRAIN_DEFAULTS,
      negativesSampled: numDatabase, // all there are
    }).sort((a, b) => a - b)
  );
  compareLists(results, "potential_negatives", negatives);
  const queries = [...positives.keys()].filter((q) => positives[q]!.length > 0);
  results.compareExactly("queries", queries);

  let cached = queries.map((): number[] => []);
  for (let pass = 1; golden.has(`pass${pass}/features`); pass++) {
    cached = comparePass(golden, results, `pass${pass}`, {
      queries,
      positives,
      cached,
    });
  }
}

/** What a pass starts from. */
interface PassStart {
  queries: readonly number[];
  /** Potential positives of every query of the dataset. */
  positives: readonly number[][];
  /** What each of `queries` kept at its last turn. */
  cached: readonly number[][];
}

/** @returns The negatives that the next pass starts from. */
function comparePass(
  golden: GoldenCase,
  results: CaseComparison,
  pass: string,
  { queries, positives, cached }: PassStart,
): number[][] {
  results.skip(`${pass}/features`, `${pass}/choice`);
  compareLists(results, `${pass}/negCache_before`, cached);
  const descriptors = readDescriptors(golden, pass);
  const { shape: [, numDrawn = 0], data: choice } = golden.read(
    `${pass}/choice`,
  );
  const mined = queries.map((queryIndex, i) =>
    mineTuple(descriptors, {
      queryIndex,
      potentialPositives: positives[queryIndex]!,
      drawnNegatives: [...choice.subarray(i * numDrawn, (i + 1) * numDrawn)],
      cachedNegatives: cached[i]!,
    }, readOptions(golden))
  );
  const tuples = mined.map(({ tuple }) => tuple);
  const chosen = tuples.map((tuple) => tuple?.negativeIndices ?? []);
  const after = mined.map(({ cachedNegatives }) => cachedNegatives);
  const nearest = queries.map((query) =>
    findNearest(descriptors, query, positives[query]!)
  );
  const compare = (name: string, values: number[]): void =>
    results.compareExactly(`${pass}/${name}`, values);
  compare("skipped", tuples.map((tuple) => tuple ? 0 : 1));
  compare("positive", tuples.map((tuple) => tuple?.positiveIndex ?? -1));
  compare("nearest_positive", nearest.map(({ index }) => index));
  results.compare(`${pass}/dPos`, nearest.map(({ distance }) => distance));
  compareLists(results, `${pass}/negatives`, chosen);
  compareLists(results, `${pass}/negCache_after`, after);
  return after;
}

function readOptions(golden: GoldenCase): MiningOptions {
  return {
    ...TRAIN_DEFAULTS,
    margin: golden.number("margin"),
    negativesPerTuple: golden.number("nNeg"),
    negativesExamined: golden.number("knn"),
  };
}

/** The feature cache of a pass: database images, then queries. */
function readDescriptors(
  golden: GoldenCase,
  pass: string,
): TrainingDescriptors {
  const { shape: [, F = 0] } = golden.read(`${pass}/features`);
  const values = golden.float32(`${pass}/features`);
  const split = golden.number("numDb") * F;
  return {
    database: rowsInMemory(values.subarray(0, split), F),
    queries: rowsInMemory(values.subarray(split), F),
  };
}

/** The potential positive nearest in descriptor space, by unsquared distance. */
function findNearest(
  { database, queries }: TrainingDescriptors,
  query: number,
  positives: readonly number[],
): { index: number; distance: number } {
  const squared = distancesToRows(database, positives, queries.read(query, 1));
  const best = squared.indexOf(Math.min(...squared));
  return { index: positives[best]!, distance: Math.sqrt(squared[best]!) };
}

/** Database images within one of the case's radii of every query. */
function within(golden: GoldenCase, radius: string): number[][] {
  const found = findWithinRadius(
    toPlaces(golden.read("utmQ")),
    toPlaces(golden.read("utmDb")),
    golden.number(radius),
  );
  return toLists(found);
}

function toLists({ offsets, indices }: Neighbors): number[][] {
  return Array.from(
    offsets.subarray(1),
    (end, i) => [...indices.subarray(offsets[i], end)],
  );
}

/** Compares lists that the case stores one after the other, their lengths beside them. */
function compareLists(
  results: CaseComparison,
  name: string,
  lists: readonly (readonly number[])[],
): void {
  results.compareExactly(`${name}_count`, lists.map((list) => list.length));
  results.compareExactly(name, lists.flat());
}
