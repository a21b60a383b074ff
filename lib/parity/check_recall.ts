/**
 * Golden cases of search and recall: positives by radius, predictions with ties, Recall@N.
 *
 * @module
 */
import { findWithinRadius, type Neighbors } from "../data/radius.ts";
import type { Engine } from "../engine/engine.ts";
import { recallAtN } from "../evaluate/recall.ts";
import { drain } from "../progress.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { type Predictions, searchExact } from "../search/exact.ts";
import {
  compareDistances,
  comparePredictions,
  compareRecall,
} from "./compare_predictions.ts";
import { type CaseComparison, EXACT, toleranceOf } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";
import { toPlaces } from "./places.ts";

/** Compares positives, distances, predictions, and recall of both sides' predictions. */
export async function checkRecall(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("db", "q", "utmDb", "utmQ", "min_gap_to_next");
  const positives = findWithinRadius(
    toPlaces(golden.read("utmQ")),
    toPlaces(golden.read("utmDb")),
    golden.number("posDistThr"),
  );
  results.compareExactly("positives", positives.indices);
  results.compareExactly("positives_count", countEach(positives));

  const { shape, data: indices } = golden.read("predictions");
  const [, count] = shape as [number, number];
  const { data: distances } = golden.read("distances");
  const wanted = { indices, distances, shape };
  const [, F] = golden.read("db").shape as [number, number];
  const found = await drain(searchExact(
    engine,
    rowsInMemory(golden.float32("db"), F),
    rowsInMemory(golden.float32("q"), F),
    { count },
  ));
  const tolerance = toleranceOf(golden, "distances", distances);
  compareDistances(results, "distances", found, wanted, tolerance);
  comparePredictions(results, "predictions", found, wanted);

  const ns = readNs(golden);
  const expected = golden.numbers("recall");
  const theirs: Predictions = {
    count,
    indices: Int32Array.from(indices),
    distancesSquared: Float64Array.from(distances),
  };
  results.compareWith(
    "recall (of the expected predictions)",
    [...recallAtN(theirs, positives, ns).values()],
    { data: expected, shape: [expected.length], tolerance: EXACT },
  );
  const actual = recallAtN(found, positives, ns);
  compareRecall(results, "recall", { actual, expected, found, wanted });
}

/** The N of each Recall@N, ascending as in the dataset. */
function readNs(golden: GoldenCase): number[] {
  return Object.keys(golden.notes.scalars.recall ?? {}).map(Number);
}

function countEach({ offsets }: Neighbors): Int32Array {
  return offsets.slice(1).map((end, i) => end - offsets[i]!);
}
