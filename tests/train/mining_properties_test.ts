import assert from "node:assert/strict";
import fc from "fast-check";
import { createRandom } from "../../lib/random.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import {
  drawNegatives,
  type MinedTuple,
  mineTuple,
  type MiningOptions,
  type Tuple,
} from "../../lib/train/mining.ts";
import { CACHED_NEGATIVES } from "../../lib/train/options.ts";

interface MiningCase {
  /** `[M][F]`; the first `numPositives` are potential positives. */
  database: number[][];
  query: number[];
  numPositives: number;
  drawn: number[];
  cached: number[];
  options: MiningOptions;
}

/** Unit-sized descriptors of any float32 value, which seldom tie. */
const cases: fc.Arbitrary<MiningCase> = fc.tuple(
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 3, max: 20 }),
  fc.integer({ min: 1, max: 3 }),
).chain(([F, M, numPositives]) => {
  const row = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), {
    minLength: F,
    maxLength: F,
  });
  const negatives = Array.from(
    { length: Math.max(0, M - numPositives) },
    (_, i) => numPositives + i,
  );
  return fc.record({
    database: fc.array(row, { minLength: M, maxLength: M }),
    query: row,
    numPositives: fc.constant(numPositives),
    drawn: fc.subarray(negatives),
    cached: fc.subarray(negatives).map((list) => list.slice(0, 3)),
    options: fc.record({
      margin: fc.constantFrom(0.01, 0.1, 2),
      marginOn: fc.constantFrom("euclidean" as const, "squared" as const),
      negativesExamined: fc.integer({ min: 1, max: 12 }),
      negativesPerTuple: fc.integer({ min: 1, max: 12 }),
      negativesCached: fc.constantFrom(...CACHED_NEGATIVES),
    }),
  });
});

function mine(
  { database, query, numPositives, drawn, cached, options }: MiningCase,
): MinedTuple {
  const F = query.length;
  return mineTuple(
    {
      database: rowsInMemory(Float32Array.from(database.flat()), F),
      queries: rowsInMemory(Float32Array.from(query), F),
    },
    {
      queryIndex: 0,
      potentialPositives: [...Array(numPositives).keys()],
      drawnNegatives: drawn,
      cachedNegatives: cached,
    },
    options,
  );
}

function distanceIn({ database, query }: MiningCase, index: number): number {
  return Math.hypot(...database[index]!.map((v, f) => v - query[f]!));
}

/** Plain loops: look for the nearest, again and again. */
function minePlainly(example: MiningCase): MinedTuple {
  const { numPositives, drawn, cached, options } = example;
  const at = (index: number): number => distanceIn(example, index);
  let positiveIndex = 0;
  for (let p = 1; p < numPositives; p++) {
    if (at(p) < at(positiveIndex)) positiveIndex = p;
  }
  const left = new Set([...drawn, ...cached]);
  const negativeIndices: number[] = [];
  const nearestNegatives: number[] = [];
  for (let i = 0; i < options.negativesExamined && left.size > 0; i++) {
    let nearest = Infinity;
    for (const index of left) {
      const isNearer = nearest === Infinity || at(index) < at(nearest) ||
        (at(index) === at(nearest) && index < nearest);
      if (isNearer) nearest = index;
    }
    left.delete(nearest);
    nearestNegatives.push(nearest);
    const [toNegative, toPositive] = [at(nearest), at(positiveIndex)];
    const violates = options.marginOn === "squared"
      ? toNegative ** 2 < toPositive ** 2 + options.margin
      : toNegative < toPositive + Math.sqrt(options.margin);
    if (violates) negativeIndices.push(nearest);
  }
  negativeIndices.splice(options.negativesPerTuple);
  nearestNegatives.splice(options.negativesPerTuple);
  const tuple: Tuple = { queryIndex: 0, positiveIndex, negativeIndices };
  const isNearest = options.negativesCached === "nearest";
  return negativeIndices.length === 0
    ? {
      tuple: undefined,
      cachedNegatives: isNearest ? nearestNegatives : cached,
    }
    : {
      tuple,
      cachedNegatives: isNearest ? nearestNegatives : negativeIndices,
    };
}

/** Whether two distances, or a distance and a limit, are as good as equal. */
function isKnifeEdge(example: MiningCase): boolean {
  const { database, numPositives, options } = example;
  const distances = database.map((_, i) => distanceIn(example, i));
  const limits = distances.slice(0, numPositives).map((d) =>
    options.marginOn === "squared"
      ? Math.sqrt(d ** 2 + options.margin)
      : d + Math.sqrt(options.margin)
  );
  const sorted = [...distances, ...limits].sort((a, b) => a - b);
  return sorted.some((d, i) => i > 0 && d - sorted[i - 1]! < 1e-9);
}

Deno.test("mineTuple() chooses what plain loops choose, from any descriptors", () => {
  fc.assert(
    fc.property(cases, (example) => {
      fc.pre(!isKnifeEdge(example));
      assert.deepEqual(mine(example), minePlainly(example));
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("mineTuple() keeps to its bounds, and does not depend on the order of what was drawn", () => {
  fc.assert(
    fc.property(cases, (example) => {
      const { tuple } = mine(example);
      const turned = {
        ...example,
        drawn: [...example.cached, ...example.drawn.toReversed()],
        cached: example.cached.toReversed(),
      };
      assert.deepEqual(mine(turned).tuple, tuple);
      if (tuple === undefined) return;
      const { negativesPerTuple, negativesExamined } = example.options;
      const { negativeIndices, positiveIndex } = tuple;
      assert.ok(positiveIndex < example.numPositives);
      assert.ok(negativeIndices.length >= 1);
      assert.ok(negativeIndices.length <= negativesPerTuple);
      assert.ok(negativeIndices.length <= negativesExamined);
      assert.equal(new Set(negativeIndices).size, negativeIndices.length);
      const candidates = new Set([...example.drawn, ...example.cached]);
      assert.ok(negativeIndices.every((index) => candidates.has(index)));
      const distances = negativeIndices.map((i) => distanceIn(example, i));
      assert.deepEqual(distances, distances.toSorted((a, b) => a - b));
    }),
    { seed: 2, numRuns: 200 },
  );
});

/** The query at 0, a positive at 1, and negatives on one line. */
function mineOnLine(
  negatives: number[],
  given: Partial<MiningOptions> = {},
  cached: number[] = [],
): MinedTuple {
  return mine({
    database: [[1], ...negatives.map((at) => [at])],
    query: [0],
    numPositives: 1,
    drawn: negatives.map((_, i) => i + 1),
    cached,
    options: {
      margin: 0.25,
      marginOn: "euclidean",
      negativesExamined: 100,
      negativesPerTuple: 10,
      negativesCached: "violating",
      ...given,
    },
  });
}

Deno.test("mineTuple() takes what there is where fewer negatives violate than asked for, or none", () => {
  const choose = (...given: Parameters<typeof mineOnLine>) =>
    mineOnLine(...given).tuple?.negativeIndices;
  assert.equal(choose([]), undefined);
  assert.equal(choose([2, 3]), undefined);
  assert.equal(choose([1.5]), undefined); // exactly at the margin
  assert.deepEqual(choose([2, 1.4, 0]), [3, 2]);
  assert.deepEqual(choose([0, 0, 0]), [1, 2, 3]);
  assert.deepEqual(choose([1.4, 0, 0.5], { negativesExamined: 2 }), [2, 3]);
  assert.deepEqual(choose([1.4, 0, 0.5], { negativesPerTuple: 1 }), [2]);
});

Deno.test("mineTuple() keeps for the next turn what violates, or what is nearest", () => {
  const keep = (
    negativesCached: MiningOptions["negativesCached"],
    negatives: number[],
    cached: number[] = [],
  ): number[] => {
    const given = { negativesCached, negativesPerTuple: 3 };
    return mineOnLine(negatives, given, cached).cachedNegatives;
  };
  // Those at 1.4 and 0 violate.
  assert.deepEqual(keep("violating", [2, 1.4, 5, 0]), [4, 2]);
  assert.deepEqual(keep("nearest", [2, 1.4, 5, 0]), [4, 2, 1]);
  assert.deepEqual(keep("nearest", [0, 0.1, 0.2, 0.3]), [1, 2, 3]);
  // None violates.
  assert.deepEqual(keep("violating", [3, 2, 5, 4], [3]), [3]);
  assert.deepEqual(keep("violating", [3, 2]), []);
  assert.deepEqual(keep("nearest", [3, 2, 5, 4], [3]), [2, 1, 4]);
  assert.deepEqual(keep("nearest", [3, 2]), [2, 1]);
});

Deno.test("drawNegatives() draws every negative as often as every other", () => {
  const others = [0, 3, 4];
  const counts = new Map<number, number>();
  const random = createRandom(7);
  const numDraws = 6000;
  for (let i = 0; i < numDraws; i++) {
    const drawn = drawNegatives(random, 9, others, {
      negativesSampled: 2,
      negativesWithReplacement: i % 2 === 0,
    });
    for (const index of drawn) counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 5, 6, 7, 8]);
  const expected = 2 * numDraws / 6;
  const chiSquared = counts.values()
    .reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquared < 20.5, `χ² is ${chiSquared}`); // 1 in 1000 for 5 degrees of freedom
});
