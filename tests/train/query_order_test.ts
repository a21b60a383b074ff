import assert from "node:assert/strict";
import fc from "fast-check";
import { createRandom, type Random } from "../../lib/random.ts";
import { QUERY_ORDERS } from "../../lib/train/options.ts";
import { orderQueries } from "../../lib/train/query_order.ts";

/** Shuffles by turning around, and notes how many it turned. */
function turningRandom(counts: number[]): Random {
  return {
    ...createRandom(1),
    sampleDistinct: (limit, count) => {
      assert.equal(count, limit);
      counts.push(limit);
      return [...Array(limit).keys()].reverse();
    },
  };
}

const QUERIES = [2, 3, 5, 7, 11, 13, 17, 19];

Deno.test("orderQueries() splits the queries evenly and shuffles each part when it is taken", () => {
  const counts: number[] = [];
  const parts = orderQueries(QUERIES, turningRandom(counts), {
    queryOrder: "within-refresh",
    batchTuples: 2,
    refreshQueries: 3,
  });
  assert.deepEqual(parts.next().value, [5, 3, 2]);
  assert.deepEqual(counts, [3]);
  assert.deepEqual([...parts], [[13, 11, 7], [19, 17]]);
  assert.deepEqual(counts, [3, 3, 2]);
});

Deno.test("orderQueries() shuffles all queries and splits them into whole batches over an epoch", () => {
  const counts: number[] = [];
  const order = (refreshQueries: number, batchTuples: number): number[][] => [
    ...orderQueries(QUERIES, turningRandom(counts), {
      queryOrder: "epoch",
      batchTuples,
      refreshQueries,
    }),
  ];
  assert.deepEqual(order(4, 2), [[19, 17, 13, 11], [7, 5, 3, 2]]);
  assert.deepEqual(order(3, 2), [[19, 17, 13, 11], [7, 5, 3, 2]]);
  assert.deepEqual(order(5, 3), [[19, 17, 13, 11, 7, 5], [3, 2]]);
  assert.deepEqual(order(1, 3), [[19, 17, 13], [11, 7, 5], [3, 2]]);
  assert.equal(order(Number.MAX_SAFE_INTEGER, 4)[0]!.length, 8);
  assert.deepEqual(counts, [8, 8, 8, 8, 8]);
});

Deno.test("orderQueries() takes every query once, in parts that are no longer than asked for", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer(),
      (queries, refreshQueries, batchTuples, seed) => {
        for (const queryOrder of QUERY_ORDERS) {
          const parts = [
            ...orderQueries(queries, createRandom(seed), {
              queryOrder,
              batchTuples,
              refreshQueries,
            }),
          ];
          assert.deepEqual(
            parts.flat().sort((a, b) => a - b),
            queries.toSorted((a, b) => a - b),
          );
          const isWhole = queryOrder === "epoch";
          const spare = isWhole ? batchTuples - 1 : 0;
          for (const [i, { length }] of parts.entries()) {
            assert.ok(length >= 1 && length <= refreshQueries + spare);
            if (isWhole && i < parts.length - 1) {
              assert.equal(length % batchTuples, 0);
            }
          }
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("orderQueries() lets any query come in any part over an epoch, and only there", () => {
  const random = createRandom(5);
  const seen = { "within-refresh": new Set(), epoch: new Set() };
  for (const queryOrder of QUERY_ORDERS) {
    for (let turn = 0; turn < 100; turn++) {
      const [first] = orderQueries([1, 2, 3, 4], random, {
        queryOrder,
        batchTuples: 2,
        refreshQueries: 2,
      });
      seen[queryOrder].add(`${first}`);
    }
  }
  assert.deepEqual([...seen["within-refresh"]].sort(), ["1,2", "2,1"]);
  assert.equal(seen.epoch.size, 12); // 4 · 3 ordered pairs
});
