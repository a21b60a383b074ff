/**
 * Whether one of two does better more often than chance has it.
 *
 * @module
 */

/**
 * Computes the two-sided p-value of the exact sign test, which on right and wrong answers is the exact
 * McNemar test: how often tosses of a fair coin are as uneven as this, or more.
 *
 * @param first How often one did better.
 * @param second How often the other did; draws do not count.
 * @returns In (0, 1]; 1 where neither ever did.
 *
 * Source: McNemar, Psychometrika 1947; its exact form is the binomial test.
 */
export function signTest(first: number, second: number): number {
  const count = first + second;
  const least = Math.min(first, second);
  let logTerm = -count * Math.LN2; // ln of C(count, k) / 2^count
  let tail = 0;
  for (let k = 0; k <= least; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((count - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
