import assert from "node:assert/strict";
import { compareValues, EXACT } from "../../lib/parity/comparison.ts";

const EXPECTED = {
  data: Float32Array.of(0, 1, -2, 4, 8, 16),
  shape: [2, 3],
  tolerance: { atol: 0.5, rtol: 0.25 },
};

Deno.test("compareValues() passes within atol + rtol · |expected| and shows the place nearest to it", () => {
  assert.deepEqual(compareValues("x", [0.25, 1, -2, 4, 8, 18], EXPECTED), {
    name: "x",
    verdict: "pass",
    count: 6,
    error: 0.25,
    allowed: 0.5,
    index: [0, 0],
    expected: 0,
    actual: 0.25,
  });
});

Deno.test("compareValues() fails beyond it, and shows the place that is worst", () => {
  const { verdict, error, allowed, index, expected, actual } = compareValues(
    "x",
    [0, 1, -4, 4, 11, 16],
    EXPECTED,
  );
  assert.equal(verdict, "fail");
  assert.deepEqual(
    { error, allowed, index, expected, actual },
    { error: 2, allowed: 1, index: [0, 2], expected: -2, actual: -4 },
  );
});

Deno.test("compareValues() fails where either side is not a number", () => {
  for (const place of [0, 3, 5]) {
    const spoiled = [...EXPECTED.data].with(place, NaN);
    const index = [Math.floor(place / 3), place % 3];
    const ours = compareValues("x", spoiled, EXPECTED);
    assert.deepEqual([ours.verdict, ours.index], ["fail", index]);
    const theirs = compareValues("x", EXPECTED.data, {
      ...EXPECTED,
      data: spoiled,
    });
    assert.deepEqual([theirs.verdict, theirs.index], ["fail", index]);
  }
  const infinite = [...EXPECTED.data].with(1, Infinity);
  const both = { ...EXPECTED, data: infinite };
  assert.equal(compareValues("x", infinite, EXPECTED).verdict, "fail");
  assert.equal(compareValues("x", EXPECTED.data, both).verdict, "fail");
});

Deno.test("compareValues() fails where the number of values differs", () => {
  const { verdict, reason } = compareValues("x", [0, 1, -2, 4, 8], EXPECTED);
  assert.deepEqual([verdict, reason], ["fail", "has 5 values, not 6"]);
});

Deno.test("compareValues() keeps no tolerance that is not a number >= 0", () => {
  for (const atol of [NaN, -1, Infinity]) {
    const { verdict, reason } = compareValues("x", EXPECTED.data, {
      ...EXPECTED,
      tolerance: { atol },
    });
    assert.equal(verdict, "fail");
    assert.match(reason!, /^its tolerance is atol (NaN|-1|Infinity), rtol 0$/);
  }
});

Deno.test("compareValues() allows nothing where equality is asked for", () => {
  const exact = { ...EXPECTED, tolerance: EXACT };
  assert.equal(compareValues("x", EXPECTED.data, exact).verdict, "pass");
  const near = [...EXPECTED.data].with(4, 8.0001);
  assert.equal(compareValues("x", near, exact).verdict, "fail");
});
