/**
 * Shape checks, once, at exported functions.
 *
 * @module
 */
import { ShapeError } from "./errors.ts";

/** The sizes that the letters of a pattern stand for. */
export type Sizes<Pattern extends string> = Pattern extends
  `${infer Letter} ${infer Rest}` ? { [Key in Letter]: number } & Sizes<Rest>
  : { [Key in Pattern]: number };

/**
 * Checks the shape of an argument against a pattern such as `"N H W D"`.
 *
 * @param name Name of the argument, for the error.
 * @param shape The shape it has.
 * @param pattern One letter per dimension, separated by spaces.
 * @param known Sizes that some letters must have.
 * @returns The size of every letter.
 * @throws {ShapeError} If the rank or a known size differs.
 */
export function checkShape<Pattern extends string>(
  name: string,
  shape: readonly number[],
  pattern: Pattern,
  known: Record<string, number> = {},
): Sizes<Pattern> {
  const letters = pattern.split(" ");
  const fits = shape.length === letters.length &&
    letters.every((letter, i) =>
      known[letter] === undefined || known[letter] === shape[i]
    );
  if (!fits) {
    const wanted = letters.map((letter) =>
      known[letter] === undefined ? letter : `${letter}=${known[letter]}`
    );
    throw new ShapeError(
      `Cannot use ${name} of shape [${shape.join(", ")}]`,
      {
        where: `argument ${name}`,
        fix: `pass shape [${wanted.join(", ")}]`,
      },
    );
  }
  return Object.fromEntries(
    letters.map((letter, i) => [letter, shape[i]]),
  ) as Sizes<Pattern>;
}
