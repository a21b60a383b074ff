import assert from "node:assert/strict";
import fc from "fast-check";
import { createRandom, type Random, restoreRandom } from "../lib/random.ts";

/** χ² that a uniform stream exceeds once in 10 000 times, about: Wilson and Hilferty. */
function chiSquaredLimit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 3.72 * Math.sqrt(spread)) ** 3;
}

/** Asserts that values fall into all of `numCells` cells alike. */
function assertUniform(
  values: Iterable<number>,
  numCells: number,
  what: string,
): void {
  const counts = new Float64Array(numCells);
  let total = 0;
  for (const value of values) {
    counts[value]!++;
    total++;
  }
  const expected = total / numCells;
  const chiSquared = counts.reduce(
    (sum, count) => sum + (count - expected) ** 2 / expected,
    0,
  );
  assert.ok(
    chiSquared < chiSquaredLimit(numCells - 1),
    `${what}: χ² is ${chiSquared} in ${numCells} cells`,
  );
}

function draw(count: number, next: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => next(i));
}

Deno.test("next() and nextInteger() are uniform, one by one and in pairs, for any seed", () => {
  for (const seed of [0, 1, -1, 123, 2 ** 31]) {
    const random = createRandom(seed);
    const cell = (cells: number): number => Math.floor(random.next() * cells);
    assertUniform(draw(20_000, () => cell(100)), 100, "next()");
    assertUniform(draw(20_000, () => cell(12) * 12 + cell(12)), 144, "pairs");
    assertUniform(
      draw(20_000, () => random.nextInteger(7)),
      7,
      "nextInteger()",
    );
    const lastBits = draw(20_000, () => random.next() * 2 ** 53 % 8);
    assertUniform(lastBits, 8, "last bits");
  }
});

/** The first numbers of many streams. */
function firstCells(streams: Iterable<Random>): number[] {
  return Array.from(streams, (random) => Math.floor(random.next() * 16));
}

Deno.test("createRandom() and fork() start streams that differ as random ones do", () => {
  const seeds = draw(8000, (i) => i);
  assertUniform(firstCells(seeds.map(createRandom)), 16, "seeds");
  const root = createRandom(123);
  const forks = seeds.map((i) => root.fork(`epoch ${i}`));
  assertUniform(firstCells(forks), 16, "labels");
  const pairs = seeds.map((i) => {
    const [a, b] = [createRandom(i), createRandom(i).fork("sample")];
    return Math.floor(a.next() * 8) * 8 + Math.floor(b.next() * 8);
  });
  assertUniform(pairs, 64, "a stream and its fork");
  const neighbours = seeds.map((i) => {
    const [a, b] = [root.fork(`epoch ${i}`), root.fork(`epoch ${i + 1}`)];
    return Math.floor(a.next() * 8) * 8 + Math.floor(b.next() * 8);
  });
  assertUniform(neighbours, 64, "two forks");
});

Deno.test("sampleDistinct() draws every order of every selection alike", () => {
  const random = createRandom(9);
  const orders = draw(24_000, () => {
    const [a, b] = random.sampleDistinct(5, 2);
    return a! * 4 + (b! > a! ? b! - 1 : b!);
  });
  assertUniform(orders, 20, "pairs of 5");
  const whole = draw(24_000, () => {
    const [a, b, c] = random.sampleDistinct(4, 4);
    const left = [0, 1, 2, 3];
    const place = (value: number): number => {
      const at = left.indexOf(value);
      left.splice(at, 1);
      return at;
    };
    return (place(a!) * 3 + place(b!)) * 2 + place(c!);
  });
  assertUniform(whole, 24, "orders of 4");
});

Deno.test("sample() and sampleDistinct() stay in range, for any limit and count", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1 })),
      fc.nat(30),
      (seed, limit, count) => {
        const random = createRandom(seed);
        const inRange = (value: number): boolean =>
          Number.isInteger(value) && value >= 0 && value < limit;
        const some = random.sample(limit, count);
        assert.ok(some.length === count && some.every(inRange));
        const distinct = random.sampleDistinct(limit, count);
        assert.equal(distinct.length, Math.min(limit, count));
        assert.equal(new Set(distinct).size, distinct.length);
        assert.ok(distinct.every(inRange));
        const again = restoreRandom(random.state());
        assert.equal(again.next(), random.next());
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("nextNormal() falls into the quarters of the normal distribution alike", () => {
  const random = createRandom(4);
  const QUARTILE = 0.6744897501960817;
  const quarters = draw(20_000, () => {
    const value = random.nextNormal();
    assert.ok(Number.isFinite(value));
    return (value > 0 ? 2 : 0) + (Math.abs(value) > QUARTILE ? 1 : 0);
  });
  assertUniform(quarters, 4, "quarters");
});
