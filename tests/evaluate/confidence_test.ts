import assert from "node:assert/strict";
import fc from "fast-check";
import { recallInterval } from "../../lib/evaluate/confidence.ts";
import { assertClose } from "../assert_close.ts";

/** Quantile of the normal distribution, as tables have it. */
const Z = 1.959964;

Deno.test("recallInterval() gives the intervals that are published", () => {
  // Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [right, numQueries, low, high] of published) {
    const interval = recallInterval(right / numQueries, numQueries);
    assert.equal(interval.low.toFixed(4), low.toFixed(4));
    assert.equal(interval.high.toFixed(4), high.toFixed(4));
  }
});

const MEASURED = fc.integer({ min: 1, max: 100_000 }).chain((numQueries) =>
  fc.record({
    numQueries: fc.constant(numQueries),
    right: fc.integer({ min: 0, max: numQueries }),
  })
);

Deno.test("recallInterval() ends where the recall is just Z standard errors away", () => {
  fc.assert(fc.property(MEASURED, ({ numQueries, right }) => {
    const recall = right / numQueries;
    const { low, high } = recallInterval(recall, numQueries);
    assert.ok(0 <= low && low <= recall && recall <= high && high <= 1);
    for (const end of [low, high]) {
      if (end === recall) continue; // 0 or 1
      const error = Math.sqrt(end * (1 - end) / numQueries);
      assertClose([Math.abs(recall - end) / error], [Z], { rtol: 1e-4 });
    }
  }));
});

Deno.test("recallInterval() of what is wrong mirrors that of what is right, and four times the queries about halve it", () => {
  fc.assert(fc.property(MEASURED, ({ numQueries, right }) => {
    const recall = right / numQueries;
    const { low, high } = recallInterval(recall, numQueries);
    const wrong = recallInterval(1 - recall, numQueries);
    const mirrored = [1 - high, 1 - low];
    assertClose([wrong.low, wrong.high], mirrored, { atol: 1e-9 });
    const more = recallInterval(recall, 4 * numQueries);
    assert.ok(more.high - more.low < 0.8 * (high - low));
  }));
});

Deno.test("recallInterval() refuses what is no recall", () => {
  const cases = [[0.5, 0], [0.5, 1.5], [-0.1, 3], [1.1, 3], [NaN, 3]] as const;
  for (const [recall, numQueries] of cases) {
    assert.throws(() => recallInterval(recall, numQueries), {
      name: "OptionsError",
      where: `recall is ${recall}, numQueries ${numQueries}`,
    });
  }
});
