import assert from "node:assert/strict";
import fc from "fast-check";
import { headFromCentroids } from "../../lib/model/aggregators/netvlad.ts";
import type { Rows } from "../../lib/model/netvlad_init.ts";
import { initNetVladV2AsPytorch } from "../../lib/model/netvlad_init_compat.ts";
import { MODEL_DEFAULTS } from "../../lib/model/options.ts";
import { assertClose } from "../assert_close.ts";

Deno.test("initNetVladV2AsPytorch() takes indices of descriptors for distances", () => {
  const value = fc.integer({ min: -16, max: 16 }).map((n) => n / 16);
  const points = (most: number): fc.Arbitrary<number[][]> =>
    fc.array(fc.tuple(value, value), { minLength: 2, maxLength: most });
  fc.assert(
    fc.property(points(4), points(12), (centroids, descriptors) => {
      const toRows = (list: number[][]): Rows => ({
        data: Float32Array.from(list.flat()),
        rowLength: 2,
      });
      const [cs, xs] = [toRows(centroids), toRows(descriptors)];
      let gaps = 0;
      for (let k = 0; k < centroids.length; k++) {
        const distance = (i: number): number =>
          (xs.data[2 * i]! - cs.data[2 * k]!) ** 2 +
          (xs.data[2 * i + 1]! - cs.data[2 * k + 1]!) ** 2;
        const [first, second] = descriptors.map((_, i) => i)
          .sort((a, b) => distance(a) - distance(b));
        gaps += second! ** 2 - first! ** 2;
      }
      fc.pre(gaps !== 0);
      const { alpha, assignBiases } = initNetVladV2AsPytorch(cs, xs);
      const expected = Math.log(100) / (gaps / centroids.length);
      assertClose([alpha], [expected], { rtol: 1e-12 });
      const norm = Math.hypot(cs.data[0]!, cs.data[1]!);
      assertClose([assignBiases![0]!], [-expected * norm], { rtol: 1e-6 });
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("initNetVladV2AsPytorch() refuses descriptors whose indices leave no gap", () => {
  const centroids = { data: Float32Array.of(0, 1, 1, 0), rowLength: 2 };
  const one = { data: Float32Array.of(1, 1), rowLength: 2 };
  assert.throws(() => initNetVladV2AsPytorch(centroids, one), {
    name: "OptionsError",
    where: /^option vladInit/,
    fix: /published/,
  });
});

Deno.test("headFromCentroids() chooses v1 the same way whatever vladInit is", () => {
  const head = (vladInit: "published" | "pytorch-netvlad") =>
    headFromCentroids(
      { ...MODEL_DEFAULTS, numClusters: 2, vladInit },
      2,
      Float32Array.of(2, 0, 0, 1),
      Float32Array.of(0.8, 0.6),
    );
  assert.deepEqual(head("pytorch-netvlad"), head("published"));
});
