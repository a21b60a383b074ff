/**
 * Colours of the demo city.
 *
 * @module
 */
import type { Random } from "../../random.ts";

/** Red, green, blue: 0 to 255 in sRGB for paint, linear and unbounded for light. */
export type Rgb = readonly [number, number, number];

/** A colour made darker (factor below 1) or lighter. */
export function scaleRgb([r, g, b]: Rgb, factor: number): Rgb {
  return [r * factor, g * factor, b * factor];
}

/** `from` at 0, `to` at 1. */
export function mixRgb(from: Rgb, to: Rgb, amount: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * amount,
    from[1] + (to[1] - from[1]) * amount,
    from[2] + (to[2] - from[2]) * amount,
  ];
}

/** One of the choices, all equally likely. */
export function pick<Choice>(
  random: Random,
  choices: readonly Choice[],
): Choice {
  return choices[random.nextInteger(choices.length)]!;
}

/** One of the choices' keys, as likely as its weight says. */
export function pickWeighted<Choice extends string>(
  random: Random,
  weights: Readonly<Record<Choice, number>>,
): Choice {
  const entries = Object.entries(weights) as [Choice, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random.next() * total;
  return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0];
}

/** A number between `low` and `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** sRGB byte to linear light in [0, 1]. */
export const LINEAR_OF_BYTE: Float32Array = Float32Array.from(
  { length: 256 },
  (_, byte) => Math.pow(byte / 255, 2.2),
);
