/**
 * Seeded random numbers whose state can be saved.
 *
 * @module
 */
import {
  xoroshiro128plus,
  xoroshiro128plusFromState,
} from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers: the same seed gives the same numbers. */
export interface Random {
  /** A number in [0, 1), of 53 random bits. */
  next(): number;
  /** An integer in [0, limit). */
  nextInteger(limit: number): number;
  /** A number from the normal distribution of mean 0 and variance 1. */
  nextNormal(): number;
  /** `count` integers in [0, limit), with replacement. */
  sample(limit: number, count: number): number[];
  /** `count` different integers in [0, limit), in random order; all of them if there are fewer. */
  sampleDistinct(limit: number, count: number): number[];
  /** A stream of its own for one purpose: does not move this one. */
  fork(label: string): Random;
  /** What `restoreRandom` needs to go on from here. */
  state(): readonly number[];
}

/**
 * Starts a stream of random numbers.
 *
 * @param seed Any integer.
 *
 * @example
 * ```ts
 * import { createRandom } from "@whereabouts/whereabouts";
 *
 * const random = createRandom(123);
 * console.log(random.sampleDistinct(10, 3), random.fork("mining").nextNormal());
 * ```
 */
export function createRandom(seed: number): Random {
  return wrap(xoroshiro128plus(mixBits(seed)));
}

/** Goes on from a state saved by `Random.state()`. */
export function restoreRandom(state: readonly number[]): Random {
  return wrap(xoroshiro128plusFromState(state));
}

function wrap(generator: ReturnType<typeof xoroshiro128plus>): Random {
  const next32 = (): number => generator.next() >>> 0;
  const next = (): number =>
    ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992;
  const nextInteger = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    nextInteger,
    nextNormal: () =>
      Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    sample: (limit, count) =>
      Array.from({ length: count }, () => nextInteger(limit)),
    sampleDistinct: (limit, count) => sampleDistinct(nextInteger, limit, count),
    fork: (label) => createRandom(hashLabel(generator.getState(), label)),
    state: () => [...generator.getState()],
  };
}

/** Fisher-Yates over a sparse array: memory grows with `count`, not with `limit`. */
function sampleDistinct(
  nextInteger: (limit: number) => number,
  limit: number,
  count: number,
): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: Math.min(count, limit) }, (_, i) => {
    const j = i + nextInteger(limit - i);
    const chosen = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return chosen;
  });
}

/**
 * Spreads neighbouring seeds over all 32 bits: the generator's first number is
 * otherwise the complement of its seed.
 *
 * Source: the finalizer of MurmurHash3, Austin Appleby, public domain.
 */
function mixBits(seed: number): number {
  let bits = seed | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** FNV-1a over the state and the label. */
function hashLabel(state: readonly number[], label: string): number {
  let hash = 0x811c9dc5;
  for (const char of `${state.join(",")}/${label}`) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  }
  return hash;
}
