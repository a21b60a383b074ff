/**
 * Noise as a function of a lattice point: the same everywhere, in any order.
 *
 * @module
 */

/** A value in [0, 1) that belongs to the lattice point (x, y) of a seed. */
export function latticeNoise(x: number, y: number, seed: number): number {
  let hash = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
}

/** Lattice noise blended smoothly between the four points around (x, y), in [0, 1). */
export function smoothNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const right = smoothStep(x - column);
  const up = smoothStep(y - row);
  const low = mix(
    latticeNoise(column, row, seed),
    latticeNoise(column + 1, row, seed),
    right,
  );
  const high = mix(
    latticeNoise(column, row + 1, seed),
    latticeNoise(column + 1, row + 1, seed),
    right,
  );
  return mix(low, high, up);
}

/** Smooth noise of several sizes, each half as large and half as strong, in [0, 1). */
export function cloudNoise(
  x: number,
  y: number,
  seed: number,
  octaves: number,
): number {
  let sum = 0;
  let weight = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * smoothNoise(x, y, seed + octave);
    x *= 2.03;
    y *= 2.03;
    weight /= 2;
  }
  return sum / (1 - 2 * weight);
}

/** `from` at 0, `to` at 1. */
export function mix(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** 0 below `low`, 1 above `high`, straight between. */
export function ramp(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

function smoothStep(value: number): number {
  return value * value * (3 - 2 * value);
}
