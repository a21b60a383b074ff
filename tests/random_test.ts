import assert from "node:assert/strict";
import { createRandom, restoreRandom } from "../lib/random.ts";

Deno.test("createRandom() gives the same numbers for the same seed, and others for its neighbour", () => {
  const draw = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

Deno.test("createRandom() spreads the first numbers of small seeds evenly", () => {
  const first = Array.from(
    { length: 1000 },
    (_, seed) => createRandom(seed).next(),
  );
  const mean = first.reduce((a, b) => a + b, 0) / first.length;
  const lowHalf = first.filter((value) => value < 0.5).length;
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean ${mean}`);
  assert.ok(lowHalf > 440 && lowHalf < 560, `${lowHalf} below 0.5`);
});

Deno.test("fork() gives streams of their own and does not move the first one", () => {
  const random = createRandom(5);
  const before = random.state();
  const [a, b] = [random.fork("epoch 1"), random.fork("epoch 2")];
  assert.deepEqual(random.state(), before);
  assert.ok(Math.abs(a.next() - b.next()) > 1e-3);
});

Deno.test("restoreRandom() goes on from a saved state", () => {
  const random = createRandom(9);
  random.next();
  const saved = random.state();
  const expected = [random.next(), random.nextNormal()];
  const restored = restoreRandom(saved);
  assert.deepEqual([restored.next(), restored.nextNormal()], expected);
});

Deno.test("sampleDistinct() draws different integers, all of them if fewer are there", () => {
  const drawn = createRandom(1).sampleDistinct(1e9, 1000);
  assert.equal(new Set(drawn).size, 1000);
  assert.ok(drawn.every((value) => value >= 0 && value < 1e9));
  const all = createRandom(1).sampleDistinct(7, 100);
  assert.deepEqual(all.toSorted(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("nextNormal() has mean 0 and variance 1", () => {
  const random = createRandom(3);
  const values = Array.from({ length: 20_000 }, () => random.nextNormal());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) /
    values.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05);
});
