import assert from "node:assert/strict";
import fc from "fast-check";
import { findWithinRadius } from "../../lib/data/radius.ts";
import { createRandom } from "../../lib/random.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import { squaredDistanceReference } from "../../lib/search/exact_reference.ts";
import {
  chooseNegatives,
  drawNegatives,
  mineTuple,
  type MiningOptions,
} from "../../lib/train/mining.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";

/** Lists that a golden file stores one after the other. */
function readLists(golden: GoldenArrays, name: string): number[][] {
  const values = golden.int32(name);
  let end = 0;
  return Array.from(golden.int32(`${name}_count`), (count) => {
    end += count;
    return [...values.subarray(end - count, end)];
  });
}

const golden = readGoldenArrays("h_mining/nneg3");
const GOLDEN_OPTIONS: MiningOptions = {
  margin: 0.1,
  marginOn: "euclidean",
  negativesExamined: 30,
  negativesPerTuple: 3,
};

Deno.test("mineTuple() chooses as the golden passes do, each from the negatives of the last", () => {
  const numDatabase = golden.shape("utmDb")[0]!;
  const potentialPositives = readLists(golden, "nontrivial_positives");
  const queries = golden.int32("queries");
  const cached = [...queries].map((): number[] => []);
  for (const pass of ["pass1", "pass2", "pass3"]) {
    assert.deepEqual(cached, readLists(golden, `${pass}/negCache_before`));
    const features = golden.float32(`${pass}/features`);
    const F = golden.shape(`${pass}/features`)[1]!;
    const choice = golden.int32(`${pass}/choice`);
    const numDrawn = golden.shape(`${pass}/choice`)[1]!;
    const tuples = [...queries].map((queryIndex, i) =>
      mineTuple(
        {
          database: rowsInMemory(features.subarray(0, numDatabase * F), F),
          queries: rowsInMemory(features.subarray(numDatabase * F), F),
        },
        {
          queryIndex,
          potentialPositives: potentialPositives[queryIndex]!,
          drawnNegatives: [
            ...choice.subarray(i * numDrawn, (i + 1) * numDrawn),
          ],
          cachedNegatives: cached[i]!,
        },
        GOLDEN_OPTIONS,
      )
    );
    tuples.forEach((tuple, i) => {
      if (tuple) cached[i] = tuple.negativeIndices;
    });
    assert.deepEqual(
      tuples.map((tuple) => tuple?.positiveIndex ?? -1),
      [...golden.int32(`${pass}/positive`)],
    );
    assert.deepEqual(
      tuples.map((tuple) => tuple?.negativeIndices ?? []),
      readLists(golden, `${pass}/negatives`),
    );
    assert.deepEqual(cached, readLists(golden, `${pass}/negCache_after`));
  }
});

Deno.test("drawNegatives() draws from the golden negatives, and from all of them", () => {
  const toPlaces = (
    utm: Float64Array,
  ): { eastMeters: Float64Array; northMeters: Float64Array } => ({
    eastMeters: utm.filter((_, i) => i % 2 === 0),
    northMeters: utm.filter((_, i) => i % 2 === 1),
  });
  const near = findWithinRadius(
    toPlaces(golden.float64("utmQ")),
    toPlaces(golden.float64("utmDb")),
    25,
  );
  readLists(golden, "potential_negatives").forEach((negatives, query) => {
    const drawn = drawNegatives(
      createRandom(query),
      golden.shape("utmDb")[0]!,
      near.indices.subarray(near.offsets[query], near.offsets[query + 1]),
      { negativesSampled: 1000 },
    );
    assert.deepEqual(drawn.sort((a, b) => a - b), negatives);
  });
});

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
        for (const withReplacement of [false, true]) {
          const drawn = drawNegatives(createRandom(seed), numDatabase, others, {
            negativesSampled,
            withReplacement,
          });
          assert.ok(
            drawn.every((index) =>
              index >= 0 && index < numDatabase && !others.includes(index)
            ),
          );
          if (numNegatives === 0) assert.deepEqual(drawn, []);
          else if (withReplacement) {
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
    withReplacement: true,
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
        const negativeIndices = [...database.keys()]
          .filter((i) => [...drawnNegatives, ...cachedNegatives].includes(i))
          .sort(byDistance)
          .slice(0, options.negativesExamined)
          .filter((i) => distances[i]! < limit)
          .slice(0, options.negativesPerTuple);
        assert.deepEqual(
          actual,
          negativeIndices.length === 0
            ? undefined
            : { queryIndex: 1, positiveIndex, negativeIndices },
        );
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
    GOLDEN_OPTIONS,
  );
  assert.deepEqual([...read].sort((a, b) => a - b), [7, 8, 500, 900]);
});
