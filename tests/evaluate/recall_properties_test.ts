import assert from "node:assert/strict";
import fc from "fast-check";
import type { Neighbors } from "../../lib/data/radius.ts";
import { countWithoutPositives, recallAtN } from "../../lib/evaluate/recall.ts";
import type { Predictions } from "../../lib/search/exact.ts";

/** A query: what was found, -1 where the database had no more, and what is right. */
interface Query {
  found: number[];
  right: number[];
}

function toPredictions(queries: readonly Query[]): Predictions {
  const indices = Int32Array.from(queries.flatMap(({ found }) => found));
  return {
    count: queries[0]!.found.length,
    indices,
    distancesSquared: new Float64Array(indices.length),
  };
}

function toPositives(queries: readonly Query[]): Neighbors {
  const offsets = new Int32Array(queries.length + 1);
  queries.forEach(({ right }, i) =>
    offsets[i + 1] = offsets[i]! + right.length
  );
  return {
    offsets,
    indices: Int32Array.from(queries.flatMap(({ right }) => right)),
  };
}

function recallOf(queries: readonly Query[]): number[] {
  const ns = queries[0]!.found.map((_, i) => i + 1);
  return [
    ...recallAtN(toPredictions(queries), toPositives(queries), ns).values(),
  ];
}

/** Queries against a database of `numDatabase` images, all with as many predictions. */
const queryLists = fc.tuple(
  fc.integer({ min: 1, max: 8 }),
  fc.integer({ min: 1, max: 10 }),
).chain(([numDatabase, count]) => {
  const all = [...Array(numDatabase).keys()];
  return fc.array(
    fc.record({
      found: fc.shuffledSubarray(all, { minLength: numDatabase }).map((list) =>
        Array.from({ length: count }, (_, rank) => list[rank] ?? -1)
      ),
      right: fc.subarray(all),
    }),
    { minLength: 1, maxLength: 12 },
  );
});

/** In plain loops, query by query. */
function recallReference(queries: readonly Query[], n: number): number {
  let hits = 0;
  for (const { found, right } of queries) {
    let isHit = false;
    for (let rank = 0; rank < n; rank++) {
      for (const index of right) if (found[rank] === index) isHit = true;
    }
    if (isHit) hits++;
  }
  return hits / queries.length;
}

Deno.test("recallAtN() equals plain loops, grows with N and stays in [0, 1]", () => {
  fc.assert(
    fc.property(queryLists, (queries) => {
      const recall = recallOf(queries);
      recall.forEach((fraction, i) => {
        assert.equal(fraction, recallReference(queries, i + 1));
        assert.ok(fraction >= (recall[i - 1] ?? 0) && fraction <= 1);
      });
      const missing = queries.filter(({ right }) => right.length === 0).length;
      assert.equal(countWithoutPositives(toPositives(queries)), missing);
      const findable = queries.length - missing;
      assert.ok(recall.at(-1)! <= findable / queries.length);
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("recallAtN() finds every query that has a positive once all images are listed", () => {
  fc.assert(
    fc.property(queryLists, (queries) => {
      fc.pre(queries[0]!.found.includes(-1));
      const some = queries.filter(({ right }) => right.length > 0);
      assert.equal(recallOf(queries).at(-1), some.length / queries.length);
    }),
    { seed: 2, numRuns: 100 },
  );
});

Deno.test("recallAtN() does not depend on the order of queries or the names of images", () => {
  fc.assert(
    fc.property(queryLists, fc.nat(), (queries, shift) => {
      const numDatabase = 8;
      const rename = (index: number): number =>
        index < 0 ? index : (index + shift) % numDatabase;
      const changed = queries.toReversed().map(({ found, right }) => ({
        found: found.map(rename),
        right: right.map(rename).sort((a, b) => a - b),
      }));
      assert.deepEqual(recallOf(changed), recallOf(queries));
    }),
    { seed: 3, numRuns: 100 },
  );
});

Deno.test("recallAtN() is 0 without positives, and takes one query and one image", () => {
  assert.deepEqual(recallOf([{ found: [0, -1], right: [] }]), [0, 0]);
  assert.deepEqual(recallOf([{ found: [0, -1], right: [0] }]), [1, 1]);
  assert.deepEqual(recallOf([{ found: [-1, -1], right: [0] }]), [0, 0]);
});
