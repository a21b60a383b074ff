/**
 * Counting values in bins.
 *
 * @module
 */

/** Equal bins. */
export interface Bins {
  low: number;
  /** Width of a bin. */
  width: number;
  count: number;
}

/** Bins that hold all finite values; of one value, bins around it. */
export function chooseBins(
  groups: readonly ArrayLike<number>[],
  count: number,
): Bins {
  let [low, high] = [Infinity, -Infinity];
  for (const values of groups) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return { low, width: (high - low) / count, count };
}

/**
 * Shares of the finite values in each bin.
 *
 * @returns Fractions of sum 1; zeros if there are no values.
 */
export function countShares(
  values: ArrayLike<number>,
  { low, width, count }: Bins,
): number[] {
  const shares = new Array<number>(count).fill(0);
  const finite = Array.from(values).filter(Number.isFinite);
  for (const value of finite) {
    const bin = Math.min(Math.floor((value - low) / width), count - 1);
    shares[bin]! += 1 / finite.length;
  }
  return shares;
}

/** The middle of the finite values; NaN if there are none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Array.from(values).filter(Number.isFinite)
    .sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(half)]!;
  return (sorted[half - 1]! + sorted[half]!) / 2;
}
