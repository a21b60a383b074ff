import assert from "node:assert/strict";
import type { Neighbors } from "../../lib/data/radius.ts";
import {
  chanceRecall,
  type ChanceSource,
  isNearChance,
} from "../../lib/evaluate/chance.ts";
import { createRandom } from "../../lib/random.ts";

/** Queries with so many positives each, among M images. */
function makeSource(
  M: number,
  counts: readonly number[],
  own?: readonly number[],
): ChanceSource {
  const offsets = Int32Array.from(
    { length: counts.length + 1 },
    (_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0),
  );
  const indices = new Int32Array(offsets.at(-1)!);
  const positives: Neighbors = { offsets, indices };
  const database = {
    paths: Array.from({ length: M }, String),
    eastMeters: new Float64Array(M),
    northMeters: new Float64Array(M),
  };
  return {
    positives,
    dataset: {
      database,
      ...(own && { ownDatabaseIndex: Int32Array.from(own) }),
    },
  };
}

/** Share of all ordered choices of N of M images with one of the first `right`. */
function countHits(M: number, right: number, N: number): number {
  let [hits, all] = [0, 0];
  const choose = (chosen: number[]): void => {
    if (chosen.length === Math.min(N, M)) {
      all++;
      if (chosen.some((image) => image < right)) hits++;
      return;
    }
    for (let image = 0; image < M; image++) {
      if (!chosen.includes(image)) choose([...chosen, image]);
    }
  };
  choose([]);
  return hits / all;
}

Deno.test("chanceRecall() equals the share of all rankings", () => {
  for (const M of [1, 2, 5, 6]) {
    for (const right of [0, 1, 2, M].filter((count) => count <= M)) {
      const ns = [1, 2, 3, 9];
      const recall = chanceRecall(makeSource(M, [right]), ns);
      for (const N of ns) {
        const wanted = countHits(M, right, N);
        assert.ok(
          Math.abs(recall.get(N)! - wanted) < 1e-12,
          `${M} ${right} ${N}`,
        );
      }
    }
  }
});

Deno.test("chanceRecall() is the mean over queries, and knows leave-one-out", () => {
  const counts = [0, 1, 3];
  const mean = (M: number): number => (0 + 1 / M + 3 / M) / 3;
  const source = makeSource(10, counts);
  assert.ok(Math.abs(chanceRecall(source, [1]).get(1)! - mean(10)) < 1e-12);
  const own = makeSource(10, counts, [0, 1, 2]);
  assert.ok(Math.abs(chanceRecall(own, [1]).get(1)! - mean(9)) < 1e-12);
  const none = makeSource(10, counts, [-1, -1, -1]);
  assert.deepEqual(chanceRecall(none, [1]), chanceRecall(source, [1]));
});

Deno.test("chanceRecall() is the mean of simulated rankings", () => {
  const random = createRandom(1);
  const [M, right, N, draws] = [40, 3, 5, 20_000];
  let hits = 0;
  for (let i = 0; i < draws; i++) {
    const ranked = random.sampleDistinct(M, N);
    if (ranked.some((image) => image < right)) hits++;
  }
  const wanted = chanceRecall(makeSource(M, [right]), [N]).get(N)!;
  assert.ok(Math.abs(hits / draws - wanted) < 4 * Math.sqrt(0.25 / draws));
});

function isNear(
  Q: number,
  M: number,
  positives: number,
  recall: number,
  n = 1,
): boolean {
  const source = makeSource(M, Array(Q).fill(positives));
  return isNearChance({ ...source, recall: new Map([[20, 1], [n, recall]]) });
}

Deno.test("isNearChance() tells a recall that is no more than chance from one that is", () => {
  assert.equal(isNear(1000, 1000, 10, 0.01), true); // chance is 1 %
  assert.equal(isNear(1000, 1000, 10, 0), true);
  assert.equal(isNear(1000, 1000, 10, 0.019), true);
  assert.equal(isNear(1000, 1000, 10, 0.025), false);
  assert.equal(isNear(1000, 1000, 10, 0.8), false);
  assert.equal(isNear(7000, 10_000, 20, 0.002), true);
  assert.equal(isNear(7000, 10_000, 20, 0.01), false);
});

Deno.test("isNearChance() is silent where queries are too few, or chance too large, to tell", () => {
  assert.equal(isNear(19, 1000, 10, 0), false);
  assert.equal(isNear(20, 1000, 10, 0), true);
  assert.equal(isNear(30, 10, 9, 0.5), false);
  assert.equal(isNear(30, 10, 10, 1), false);
});

Deno.test("isNearChance() looks at the smallest N", () => {
  assert.equal(isNear(100, 100, 2, 0.12, 5), true);
  assert.equal(isNear(100, 100, 2, 0.5, 5), false);
});

Deno.test("isNearChance() is true for all but a few of random rankings", () => {
  const random = createRandom(5);
  const [Q, M, right] = [200, 50, 2];
  let near = 0;
  for (let trial = 0; trial < 200; trial++) {
    let hits = 0;
    for (let q = 0; q < Q; q++) if (random.nextInteger(M) < right) hits++;
    if (isNear(Q, M, right, hits / Q)) near++;
  }
  assert.ok(near >= 198, `${near}`);
});

Deno.test("isNearChance() and chanceRecall() count the queries that recall counts", () => {
  const source = makeSource(100, [...Array(50).fill(2), ...Array(50).fill(0)]);
  const of = (denominator: "all" | "answerable") =>
    chanceRecall({ ...source, protocol: { denominator, suppress: "none" } }, [
      1,
    ])
      .get(1)!;
  assert.ok(Math.abs(of("all") - 0.01) < 1e-12);
  assert.ok(Math.abs(of("answerable") - 0.02) < 1e-12);
  const isNearWith = (suppress: "none" | "panorama"): boolean =>
    isNearChance({
      ...source,
      protocol: { denominator: "answerable", suppress },
      recall: new Map([[1, 0.02]]),
    });
  assert.equal(isNearWith("none"), true);
  assert.equal(isNearWith("panorama"), false);
});
