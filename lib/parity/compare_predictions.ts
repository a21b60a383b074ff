/**
 * Comparing predictions, whose order is not determined where distances are equal.
 *
 * @module
 */
import type { Predictions } from "../search/exact.ts";
import type { CaseComparison, Tolerance } from "./comparison.ts";

/** Predictions that a case expects, nearest first; -1 where the database has no more. */
export interface ExpectedPredictions {
  /** Database indices, `[Q, count]`. */
  indices: ArrayLike<number>;
  /** Squared L2 distances, `[Q, count]`. */
  distances: ArrayLike<number>;
  shape: readonly number[];
}

/** Squared distances nearer to each other than this have no order in float32. */
const TIE: Tolerance = { atol: 1e-5 };

/**
 * Compares indices: another image than the expected one is right where it is as near.
 *
 * @param name Its dataset.
 */
export function comparePredictions(
  results: CaseComparison,
  name: string,
  { indices, distancesSquared }: Predictions,
  { indices: wanted, distances, shape }: ExpectedPredictions,
): void {
  const found = Float64Array.from(indices, (index, i) => {
    if (index === wanted[i]) return distances[i]!;
    return index < 0 || wanted[i]! < 0 ? NaN : distancesSquared[i]!;
  });
  results.skip(name);
  results.compareWith(name, found, { data: distances, shape, tolerance: TIE });
}

/** Compares distances where there are predictions; NaN is put where only one side has one. */
export function compareDistances(
  results: CaseComparison,
  name: string,
  { indices, distancesSquared }: Predictions,
  { indices: wanted, distances, shape }: ExpectedPredictions,
  tolerance: Tolerance,
): void {
  const isNone = (i: number): boolean => indices[i]! < 0 && wanted[i]! < 0;
  results.skip(name);
  results.compareWith(
    name,
    distancesSquared.map((distance, i) => isNone(i) ? 0 : distance),
    {
      data: Float64Array.from(distances, (value, i) => isNone(i) ? 0 : value),
      shape,
      tolerance,
    },
  );
}

/**
 * Compares recalls. One may differ by the queries whose first N predictions are
 * other images than expected; none, as a rule.
 */
export function compareRecall(
  results: CaseComparison,
  name: string,
  { actual, expected, found, wanted }: {
    actual: ReadonlyMap<number, number>;
    expected: ArrayLike<number>;
    found: Predictions;
    wanted: ExpectedPredictions;
  },
): void {
  const numQueries = found.indices.length / found.count;
  const differing = [...actual.keys()].map((n) =>
    Array.from({ length: numQueries }, (_, query) => {
      const first = query * found.count;
      const of = (list: ArrayLike<number>): string =>
        Array.from({ length: n }, (_, i) => list[first + i]).sort().join();
      return of(found.indices) === of(wanted.indices) ? 0 : 1;
    }).reduce<number>((sum, one) => sum + one, 0)
  );
  results.skip(name);
  results.compareWith(name, [...actual.values()], {
    data: expected,
    shape: [expected.length],
    tolerance: { atol: Math.max(...differing) / numQueries },
  });
}
