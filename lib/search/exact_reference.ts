/**
 * Exact search in plain loops and double precision: the oracle for `searchExact`.
 *
 * @module
 */

/**
 * Measures every database row and sorts.
 *
 * @param database `[M][F]`.
 * @param query `[F]`.
 * @param own Database index to leave out, -1 for none.
 * @returns Database indices and squared distances, nearest first, lowest index first among equals.
 */
export function searchExactReference(
  database: readonly ArrayLike<number>[],
  query: ArrayLike<number>,
  own = -1,
): { index: number; distanceSquared: number }[] {
  return database
    .map((row, index) => ({
      index,
      distanceSquared: squaredDistanceReference(row, query),
    }))
    .filter(({ index }) => index !== own)
    .sort((a, b) => a.distanceSquared - b.distanceSquared || a.index - b.index);
}

/** Σ (a_i − b_i)². */
export function squaredDistanceReference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  return Array.from(a, (value, i) => (value - b[i]!) ** 2)
    .reduce((sum, square) => sum + square, 0);
}
