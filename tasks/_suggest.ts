/**
 * What was probably meant by a misspelt name.
 *
 * @module
 */

/**
 * The name that is the fewest edits away, if they are few for its length.
 *
 * @param name What was written.
 * @param names What could have been meant.
 */
export function suggest(
  name: string,
  names: readonly string[],
): string | undefined {
  const near = names
    .map((candidate) => ({ candidate, edits: countEdits(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= 1 + candidate.length / 5)
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.candidate;
}

/** Levenshtein distance: letters to insert, delete or replace to turn `a` into `b`. */
function countEdits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
