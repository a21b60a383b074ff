import assert from "node:assert/strict";
import fc from "fast-check";
import type { Neighbors } from "../../lib/data/radius.ts";
import { countWithoutPositives, recallAtN } from "../../lib/evaluate/recall.ts";
import type { Predictions } from "../../lib/search/exact.ts";

function makePredictions(lists: readonly number[][]): Predictions {
  const count = lists[0]?.length ?? 1;
  const indices = Int32Array.from(lists.flat());
  return {
    count,
    indices,
    distancesSquared: new Float64Array(indices.length),
  };
}

function makePositives(lists: readonly number[][]): Neighbors {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => offsets[i + 1] = offsets[i]! + list.length);
  return { offsets, indices: Int32Array.from(lists.flat()) };
}

Deno.test("recallAtN() counts a query once, from the rank of its first positive on", () => {
  const predictions = makePredictions([[3, 1, 2], [0, 2, -1], [1, 0, 2]]);
  const positives = makePositives([[1, 2], [2], []]);
  assert.deepEqual(
    [...recallAtN(predictions, positives, [3, 1, 2])],
    [[3, 2 / 3], [1, 0], [2, 2 / 3]],
  );
  assert.equal(countWithoutPositives(positives), 1);
});

Deno.test("recallAtN() is the fraction of queries whose first N hold a positive", () => {
  const index = fc.integer({ min: 0, max: 9 });
  const query = fc.record({
    found: fc.shuffledSubarray([...Array(10).keys()], {
      minLength: 6,
      maxLength: 6,
    }),
    right: fc.uniqueArray(index).map((list) => list.sort((a, b) => a - b)),
  });
  fc.assert(
    fc.property(fc.array(query, { minLength: 1 }), (queries) => {
      const recall = recallAtN(
        makePredictions(queries.map(({ found }) => found)),
        makePositives(queries.map(({ right }) => right)),
        [1, 2, 3, 4, 5, 6],
      );
      for (const [n, fraction] of recall) {
        const correct = queries.filter(({ found, right }) =>
          found.slice(0, n).some((i) => right.includes(i))
        );
        assert.equal(fraction, correct.length / queries.length);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("recallAtN() says what it cannot count", () => {
  const predictions = makePredictions([[0, 1]]);
  const positives = makePositives([[0]]);
  assert.throws(() => recallAtN(predictions, positives, [1, 0, 3, 1.5]), {
    name: "OptionsError",
    where: "argument ns",
    fix: "pass integers from 1 to 2, or search for more predictions",
  });
  assert.throws(() => recallAtN(predictions, makePositives([[0], [1]]), [1]), {
    name: "ShapeError",
    where: "argument positives",
    fix: "pass shape [Q=1]",
  });
  assert.throws(() => recallAtN(makePredictions([]), makePositives([]), [1]), {
    name: "DatasetError",
    where: "argument predictions",
  });
});
