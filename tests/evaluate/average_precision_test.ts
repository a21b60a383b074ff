import assert from "node:assert/strict";
import fc from "fast-check";
import { toNeighbors } from "../../lib/data/radius.ts";
import {
  averagePrecision,
  rateRankings,
} from "../../lib/evaluate/average_precision.ts";

/**
 * Average precision as the program compute_ap of Oxford5k walks through a ranking: one image after
 * another, with recall and precision of the last step kept. Slow, and the oracle.
 */
function walkRanking(
  ranking: readonly number[],
  positives: ReadonlySet<number>,
  ignored: ReadonlySet<number>,
): number {
  let [lastRecall, lastPrecision, area, found, seen] = [0, 1, 0, 0, 0];
  for (const image of ranking) {
    if (ignored.has(image)) continue;
    if (positives.has(image)) found++;
    seen++;
    const recall = found / positives.size;
    const precision = found / seen;
    area += (recall - lastRecall) * (lastPrecision + precision) / 2;
    [lastRecall, lastPrecision] = [recall, precision];
  }
  return area;
}

function rate(
  ranking: readonly number[],
  positives: readonly number[],
  ignored: readonly number[] = [],
): { averagePrecision: number; precisionAt: Record<string, number> } {
  const { averagePrecision: [ap], precisionAt } = rateRankings({
    count: ranking.length,
    indices: Int32Array.from(ranking),
    distancesSquared: new Float64Array(ranking.length),
  }, {
    positives: toNeighbors([positives]),
    ignored: toNeighbors([ignored]),
  });
  return {
    averagePrecision: ap!,
    precisionAt: Object.fromEntries(
      [...precisionAt].map(([k, v]) => [k, v[0]!]),
    ),
  };
}

Deno.test("averagePrecision() is the area under precision by the trapezoid rule", () => {
  assert.equal(averagePrecision([1], 1), 1);
  assert.equal(averagePrecision([1, 2, 3], 3), 1);
  assert.equal(averagePrecision([2], 1), 0.25); // precision 0 before, 1/2 at rank 2
  assert.equal(averagePrecision([4], 1), 0.125);
  assert.equal(averagePrecision([1], 2), 0.5); // the other is never found
  assert.equal(averagePrecision([], 2), 0);
  const byHand = ((1 + 1) / 2 + (1 / 2 + 2 / 3) / 2) / 2;
  assert.equal(averagePrecision([1, 3], 2), byHand);
});

Deno.test("averagePrecision() names ranks that are none", () => {
  const bad: [number[], number][] = [
    [[0], 1],
    [[2, 1], 2],
    [[1, 1], 2],
    [[1.5], 1],
    [[1, 2], 1],
    [[], 0],
  ];
  for (const [ranks, numPositives] of bad) {
    assert.throws(() => averagePrecision(ranks, numPositives), {
      name: "OptionsError",
      where: `ranks are ${ranks}, numPositives is ${numPositives}`,
    });
  }
});

Deno.test("rateRankings() does not give ignored images a rank", () => {
  // 7 and 8 are junk: 3 is at rank 1, 5 at rank 3 of what is left
  assert.equal(
    rate([7, 3, 8, 1, 5], [3, 5], [7, 8]).averagePrecision,
    averagePrecision([1, 3], 2),
  );
  assert.ok(
    rate([7, 3, 8, 1, 5], [3, 5]).averagePrecision <
      averagePrecision([1, 3], 2),
  );
});

Deno.test("rateRankings() counts precision at k up to the last positive, as the revisited protocol does", () => {
  const { precisionAt } = rate([3, 0, 5, 1, 2, 4, 6, 7, 8, 9], [3, 5]);
  assert.deepEqual(precisionAt, { 1: 1, 5: 2 / 3, 10: 2 / 3 }); // the last is at rank 3
  const late = rate([0, 3, 1, 2, 4, 6, 7, 8, 9, 10, 11, 5], [3, 5]).precisionAt;
  assert.deepEqual(late, { 1: 0, 5: 1 / 5, 10: 1 / 10 });
});

Deno.test("rateRankings() gives no number for a query without a positive", () => {
  const { averagePrecision: ap, precisionAt } = rate([1, 0], [], [0]);
  assert.ok(Number.isNaN(ap));
  assert.ok(Object.values(precisionAt).every(Number.isNaN));
});

Deno.test("rateRankings() agrees with a walk through the ranking", () => {
  fc.assert(fc.property(
    fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }),
    fc.subarray([...Array(12).keys()], { minLength: 2 }),
    fc.nat(1),
    (ranking, listed, part) => {
      const positives = listed.slice(0, 1 + part + (listed.length >> 2));
      const ignored = listed.filter((image) => !positives.includes(image));
      const expected = walkRanking(
        ranking,
        new Set(positives),
        new Set(ignored),
      );
      const { averagePrecision: ap } = rate(ranking, positives, ignored);
      assert.ok(Math.abs(ap - expected) < 1e-12, `${ap}, not ${expected}`);
    },
  ));
});
