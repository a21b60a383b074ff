import assert from "node:assert/strict";
import fc from "fast-check";
import { createRandom } from "../../lib/random.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import { squaredDistanceReference } from "../../lib/search/exact_reference.ts";
import {
  chooseNegatives,
  drawNegatives,
  mineTuple,
  type MiningOptions,
} from "../../lib/train/mining.ts";
import { CACHED_NEGATIVES } from "../../lib/train/options.ts";

const OPTIONS: MiningOptions = {
  margin: 0.1,
  marginOn: "euclidean",
  negativesExamined: 30,
  negativesPerTuple: 3,
  negativesCached: "violating",
};

/** A small database, which of its images are no negatives, and a number of draws. */
const draws = fc.integer({ min: 1, max: 12 }).chain((numDatabase) =>
  fc.record({
    numDatabase: fc.constant(numDatabase),
    others: fc.subarray([...Array(numDatabase).keys()]),
    negativesSampled: fc.integer({ min: 1, max: 15 }),
    seed: fc.integer(),
  })
);

Deno.test("drawNegatives() draws each negative once, or as often as it comes", () => {
  fc.assert(
    fc.property(
      draws,
      ({ numDatabase, others, negativesSampled, seed }) => {
        const numNegatives = numDatabase - others.length;
        for (const negativesWithReplacement of [false, true]) {
          const drawn = drawNegatives(createRandom(seed), numDatabase, others, {
            negativesSampled,
            negativesWithReplacement,
          });
          assert.ok(
            drawn.every((index) =>
              index >= 0 && index < numDatabase && !others.includes(index)
            ),
          );
          if (numNegatives === 0) assert.deepEqual(drawn, []);
          else if (negativesWithReplacement) {
            assert.equal(drawn.length, negativesSampled);
          } else {
            assert.equal(
              drawn.length,
              Math.min(numNegatives, negativesSampled),
            );
            assert.equal(new Set(drawn).size, drawn.length);
          }
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("drawNegatives() reaches every negative with replacement", () => {
  const drawn = drawNegatives(createRandom(1), 10, [0, 3, 4, 9], {
    negativesSampled: 200,
    negativesWithReplacement: true,
  });
  assert.deepEqual(
    [...new Set(drawn)].sort((a, b) => a - b),
    [1, 2, 5, 6, 7, 8],
  );
});

/** Descriptors on a coarse grid, so that distances tie, and what to choose from. */
const cases = fc.record({
  database: fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })),
    { minLength: 4, maxLength: 20 },
  ),
  query: fc.tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 4 }),
  ),
  drawn: fc.array(fc.nat(1000), { maxLength: 20 }),
  cached: fc.uniqueArray(fc.nat(1000), { maxLength: 3 }),
  numPositives: fc.integer({ min: 1, max: 3 }),
  options: fc.record({
    // Halves: no distance is as far from another as a margin.
    margin: fc.constantFrom(0.5, 1.5, 4.5),
    marginOn: fc.constantFrom("euclidean", "squared"),
    negativesExamined: fc.integer({ min: 1, max: 8 }),
    negativesPerTuple: fc.integer({ min: 1, max: 8 }),
    negativesCached: fc.constantFrom(...CACHED_NEGATIVES),
  }) as fc.Arbitrary<MiningOptions>,
});

Deno.test("mineTuple() chooses what brute force chooses", () => {
  fc.assert(
    fc.property(
      cases,
      ({ database, query, drawn, cached, numPositives, options }) => {
        const numNegatives = database.length - numPositives;
        const toNegative = (n: number): number =>
          numPositives + n % numNegatives;
        const drawnNegatives = drawn.map(toNegative);
        const cachedNegatives = cached.map(toNegative);
        const actual = mineTuple(
          {
            database: rowsInMemory(Float32Array.from(database.flat()), 2),
            queries: rowsInMemory(Float32Array.of(9, 9, ...query), 2),
          },
          {
            queryIndex: 1,
            potentialPositives: [...Array(numPositives).keys()],
            drawnNegatives,
            cachedNegatives,
          },
          options,
        );

        const squared = options.marginOn === "squared";
        const distances = database.map((row) => {
          const distance = squaredDistanceReference(row, query);
          return squared ? distance : Math.sqrt(distance);
        });
        const byDistance = (a: number, b: number): number =>
          distances[a]! - distances[b]! || a - b;
        const [positiveIndex] = [...Array(numPositives).keys()]
          .sort(byDistance);
        const limit = distances[positiveIndex!]! +
          (squared ? options.margin : Math.sqrt(options.margin));
        const examined = [...database.keys()]
          .filter((i) => [...drawnNegatives, ...cachedNegatives].includes(i))
          .sort(byDistance)
          .slice(0, options.negativesExamined);
        const negativeIndices = examined
          .filter((i) => distances[i]! < limit)
          .slice(0, options.negativesPerTuple);
        const isSkipped = negativeIndices.length === 0;
        const nearest = options.negativesCached === "nearest";
        assert.deepEqual(actual, {
          tuple: isSkipped
            ? undefined
            : { queryIndex: 1, positiveIndex, negativeIndices },
          cachedNegatives: nearest
            ? examined.slice(0, options.negativesPerTuple)
            : isSkipped
            ? cachedNegatives
            : negativeIndices,
        });
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("chooseNegatives() keeps those strictly below the limit, nearest first", () => {
  const chosen = chooseNegatives(
    [2, 5, 7, 8, 9],
    [0.5, 0.25, 0.75, 0.25, 0.1],
    0.5,
    { negativesExamined: 100, negativesPerTuple: 10 },
  );
  assert.deepEqual(chosen, [9, 5, 8]);
});

Deno.test("mineTuple() reads no database row but those it compares", () => {
  const rows = rowsInMemory(new Float32Array(1000 * 10_000), 10_000);
  const read = new Set<number>();
  const watched = {
    ...rows,
    read: (first: number, count: number): Float32Array => {
      for (let row = first; row < first + count; row++) read.add(row);
      return rows.read(first, count);
    },
  };
  mineTuple(
    { database: watched, queries: rows },
    {
      queryIndex: 0,
      potentialPositives: [500],
      drawnNegatives: [7, 900],
      cachedNegatives: [8],
    },
    OPTIONS,
  );
  assert.deepEqual([...read].sort((a, b) => a - b), [7, 8, 500, 900]);
});
