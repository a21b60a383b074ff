import assert from "node:assert/strict";
import { bootstrapInterval, meanOf } from "../../lib/evaluate/bootstrap.ts";
import { recallInterval } from "../../lib/evaluate/confidence.ts";

Deno.test("bootstrapInterval() of a proportion of many queries is as wide as Wilson's", () => {
  const right = Array.from({ length: 400 }, (_, i) => i % 4 === 0 ? 1 : 0);
  const { low, high } = bootstrapInterval(400, meanOf(right));
  const wilson = recallInterval(0.25, 400);
  assert.ok(Math.abs(low - wilson.low) < 0.005, `${low}, ${wilson.low}`);
  assert.ok(Math.abs(high - wilson.high) < 0.005, `${high}, ${wilson.high}`);
});

Deno.test("bootstrapInterval() is known for two queries: a quarter each is 0 and 1, a half 1/2", () => {
  const { low, high } = bootstrapInterval(2, meanOf([0, 1]));
  assert.deepEqual({ low, high }, { low: 0, high: 1 });
  const figures: number[] = [];
  bootstrapInterval(2, (counts) => figures.push(counts[1]! / 2) && 0);
  const share = (value: number): number =>
    figures.filter((figure) => figure === value).length / figures.length;
  assert.equal(figures.length, 10_000);
  assert.ok(
    Math.abs(share(0) - 0.25) < 0.02 && Math.abs(share(0.5) - 0.5) < 0.02,
  );
});

Deno.test("bootstrapInterval() is the same for the same seed, and another for another", () => {
  const figure = meanOf([0.1, 0.5, 0.7, 0.2, 0.9]);
  const once = bootstrapInterval(5, figure, { seed: 7 });
  assert.deepEqual(bootstrapInterval(5, figure, { seed: 7 }), once);
  const few = { resamples: 40 };
  assert.notDeepEqual(
    bootstrapInterval(5, figure, { ...few, seed: 8 }),
    bootstrapInterval(5, figure, { ...few, seed: 7 }),
  );
});

Deno.test("bootstrapInterval() goes between the nearest two of few resamples", () => {
  let drawn = 0;
  const { low, high } = bootstrapInterval(3, () => drawn++, { resamples: 5 });
  assert.ok(Math.abs(low - 0.1) < 1e-12 && Math.abs(high - 3.9) < 1e-12);
});

Deno.test("bootstrapInterval() leaves out resamples without a figure", () => {
  const { low, high } = bootstrapInterval(2, meanOf([NaN, 0.5]));
  assert.deepEqual({ low, high }, { low: 0.5, high: 0.5 });
  const none = bootstrapInterval(2, meanOf([NaN, NaN]));
  assert.ok(Number.isNaN(none.low) && Number.isNaN(none.high));
});

Deno.test("bootstrapInterval() names what is wrong", () => {
  assert.throws(() => bootstrapInterval(0, () => 1), {
    name: "OptionsError",
    where: "numQueries is 0",
  });
  assert.throws(
    () => bootstrapInterval(1, () => 1, { resamples: 0, seed: 0.5 }),
    {
      name: "OptionsError",
      where: /^resamples is 0, .*; seed is 0.5, /,
    },
  );
});
