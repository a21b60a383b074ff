/**
 * Which queries get thumbnails first, where not all of them can have some.
 *
 * @module
 */

/**
 * Orders queries so that those in front are a fair sample: wrong ones and right ones
 * alternate, and each kind is spread evenly over the split.
 *
 * @param isRight Whether the first prediction of each query is right, `[Q]`.
 * @returns All queries.
 */
export function orderForThumbnails(isRight: readonly boolean[]): number[] {
  const all = [...isRight.keys()];
  const wrong = spread(all.filter((query) => !isRight[query]));
  const right = spread(all.filter((query) => isRight[query]));
  const longest = Math.max(wrong.length, right.length);
  return Array.from({ length: longest }, (_, i) => [wrong[i], right[i]])
    .flat().filter((query) => query !== undefined);
}

/**
 * Orders values so that those in front are far apart: the places 0, 1/2, 1/4, 3/4, 1/8, …
 *
 * Source: van der Corput, Verteilungsfunktionen, 1935: the digits of i in base 2, mirrored.
 */
function spread(values: readonly number[]): number[] {
  const bits = Math.ceil(Math.log2(Math.max(values.length, 1)));
  return Array.from({ length: 2 ** bits }, (_, i) => mirror(i, bits))
    .filter((place) => place < values.length)
    .map((place) => values[place]!);
}

/** The lowest bits of a number in the opposite order. */
function mirror(value: number, bits: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < bits; bit++) {
    mirrored = mirrored * 2 + (value >> bit & 1);
  }
  return mirrored;
}
