import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createMatchRating,
  rateMatches,
} from "../../lib/evaluate/match_quality.ts";

/** Matches in a line: distance, then r (right), w (wrong) or x (wrong, and nothing to find). */
function matches(line: string): Parameters<typeof rateMatches>[0] {
  const each = line.split(" ").map((text) => ({
    distance: text.slice(0, -1) === "-" ? Infinity : Number(text.slice(0, -1)),
    kind: text.at(-1),
  }));
  return {
    distances: each.map(({ distance }) => distance),
    isRight: each.map(({ kind }) => kind === "r"),
    isAnswerable: each.map(({ kind }) => kind !== "x"),
  };
}

function assertNear(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) < 1e-12, `${value}, not ${expected}`);
}

Deno.test("rateMatches() is 1 where every match is right, 0 where none is", () => {
  assert.deepEqual(rateMatches(matches("1r 2r 3r")), {
    aucPr: 1,
    aucPrOfRight: 1,
    recallAtFullPrecision: 1,
  });
  assert.deepEqual(rateMatches(matches("1w 2w 3x")), {
    aucPr: 0,
    aucPrOfRight: 0,
    recallAtFullPrecision: 0,
  });
});

Deno.test("rateMatches() sums trapezoids, by hand", () => {
  // recall 1/4 at 1, 2/4 at 1, 2/4 at 2/3, 3/4 at 3/4
  const { aucPr, recallAtFullPrecision } = rateMatches(
    matches("0.1r 0.2r 0.3w 0.4r"),
  );
  assertNear(aucPr, 1 / 4 + 1 / 4 + (2 / 3 + 3 / 4) / 2 / 4);
  assert.equal(recallAtFullPrecision, 0.5);
});

Deno.test("rateMatches() gives the figure of VPR-Bench beside its own", () => {
  // by NumPy: precision and recall at each threshold, as precision_recall_curve of sklearn has them, then trapezoids
  const { aucPrOfRight } = rateMatches(matches(".1r .2w .3r .3r .5w .6r"));
  assertNear(aucPrOfRight, 0.7208333333333333);
});

Deno.test("rateMatches() accepts equal distances together", () => {
  const tied = rateMatches(matches("1r 1w 2r"));
  assertNear(tied.aucPr, (1 + 1 / 2) / 2 / 3 + (1 / 2 + 2 / 3) / 2 / 3);
  assert.equal(tied.recallAtFullPrecision, 0);
  assert.deepEqual(rateMatches(matches("1w 1r 2r")), tied);
});

Deno.test("rateMatches() lowers precision, not recall, by what has nothing to find", () => {
  const without = rateMatches(matches("1r 3r"));
  const { aucPr, recallAtFullPrecision } = rateMatches(matches("1r 2x 3r"));
  assert.equal(without.aucPr, 1);
  assertNear(aucPr, 1 / 2 + (1 / 2 + 2 / 3) / 2 / 2);
  assert.equal(recallAtFullPrecision, 0.5);
});

Deno.test("rateMatches() counts a query that nothing was found for as missed", () => {
  const { aucPr, recallAtFullPrecision } = rateMatches(matches("1r -w"));
  assert.equal(aucPr, 0.5);
  assert.equal(recallAtFullPrecision, 0.5);
});

Deno.test("rateMatches() refuses queries of which none has anything to find", () => {
  assert.throws(() => rateMatches(matches("1x 2x")), {
    name: "DatasetError",
    where: "no query has a positive",
  });
});

Deno.test("createMatchRating() rates what is drawn twice as two queries", () => {
  const drawn = fc.array(
    fc.record({
      distance: fc.integer({ min: 1, max: 6 }),
      kind: fc.constantFrom("r", "w", "x"),
      count: fc.nat(3),
    }),
    { minLength: 1, maxLength: 12 },
  ).filter((all) => all.some(({ kind, count }) => kind !== "x" && count > 0));
  fc.assert(fc.property(drawn, (all) => {
    const text = (each: typeof all): string =>
      each.map(({ distance, kind }) => `${distance}${kind}`).join(" ");
    const repeated = all.flatMap((each) => Array(each.count).fill(each));
    const { aucPr, recallAtFullPrecision } = createMatchRating(
      matches(text(all)),
    )(all.map(({ count }) => count));
    const expected = rateMatches(matches(text(repeated)));
    assertNear(aucPr, expected.aucPr);
    assertNear(recallAtFullPrecision, expected.recallAtFullPrecision);
  }));
});
