import assert from "node:assert/strict";
import fc from "fast-check";
import { toNeighbors } from "../../lib/data/radius.ts";
import {
  groupPanoramas,
  searchDepth,
  selectPredictions,
} from "../../lib/evaluate/selection.ts";
import type { Predictions } from "../../lib/search/exact.ts";

/** Panoramas on a line: a letter for each position. */
function onLine(positions: string): {
  eastMeters: Float64Array;
  northMeters: Float64Array;
} {
  const eastMeters = Float64Array.from(positions, (c) => c.charCodeAt(0));
  return { eastMeters, northMeters: new Float64Array(positions.length) };
}

function found(...rankings: number[][]): Predictions {
  const indices = Int32Array.from(rankings.flat());
  return {
    count: rankings[0]!.length,
    indices,
    distancesSquared: Float64Array.from(
      indices,
      (index, i) => index < 0 ? Infinity : i,
    ),
  };
}

Deno.test("groupPanoramas() takes images at one position for one panorama, 12 at a time", () => {
  assert.deepEqual([...groupPanoramas(onLine("aabbba"))], [0, 0, 1, 1, 1, 0]);
  const many = [...groupPanoramas(onLine("a".repeat(30) + "b"))];
  assert.deepEqual(many, [
    ...Array(12).fill(0),
    ...Array(12).fill(1),
    ...Array(6).fill(2),
    3,
  ]);
  const other = onLine("aa");
  other.northMeters[1] = 1e-6;
  assert.deepEqual([...groupPanoramas(other)], [0, 1]);
});

Deno.test("selectPredictions() keeps the nearest cutout of each panorama", () => {
  const panoramas = groupPanoramas(onLine("aaabbc"));
  const kept = selectPredictions(
    found([1, 0, 4, 2, 5, 3], [5, 4, 3, 2, -1, -1]),
    { panoramas },
    3,
  );
  assert.deepEqual([...kept.indices], [1, 4, 5, 5, 4, 2]);
  assert.deepEqual([...kept.distancesSquared], [0, 2, 4, 6, 7, 9]);
  assert.equal(kept.count, 3);
});

Deno.test("selectPredictions() fills up with nothing where panoramas end", () => {
  const panoramas = groupPanoramas(onLine("aaab"));
  const kept = selectPredictions(found([0, 1, 2, 3]), { panoramas }, 3);
  assert.deepEqual([...kept.indices], [0, 3, -1]);
  assert.equal(kept.distancesSquared[2], Infinity);
});

Deno.test("selectPredictions() leaves out what the truth ignores", () => {
  const ignored = toNeighbors([[2, 0], []]);
  const kept = selectPredictions(
    found([2, 1, 0, 3], [2, 1, 0, 3]),
    { ignored },
    2,
  );
  assert.deepEqual([...kept.indices], [1, 3, 2, 1]);
});

Deno.test("searchDepth() is as deep as the worst order needs, and no deeper", () => {
  const panoramas = groupPanoramas(
    onLine("a".repeat(12) + "b".repeat(12) + "cc"),
  );
  assert.equal(searchDepth({ panoramas }, 1), 1);
  assert.equal(searchDepth({ panoramas }, 2), 13); // all of one, then the first of another
  assert.equal(searchDepth({ panoramas }, 3), 25);
  assert.equal(searchDepth({ panoramas }, 9), 27); // all there are, and one
  const ignored = toNeighbors([[1], [4, 5, 6]]);
  assert.equal(searchDepth({ ignored }, 5), 8);
  assert.equal(searchDepth({}, 5), 5);
});

Deno.test("selectPredictions() of a search that is searchDepth() deep is that of the whole ranking", () => {
  fc.assert(fc.property(
    fc.string({
      unit: fc.constantFrom(..."abcd"),
      minLength: 1,
      maxLength: 60,
    }),
    fc.integer({ min: 1, max: 6 }),
    fc.infiniteStream(fc.nat()),
    fc.array(fc.nat(59), { maxLength: 5 }),
    (positions, count, keys, junk) => {
      const M = positions.length;
      const selection = {
        panoramas: groupPanoramas(onLine(positions)),
        ignored: toNeighbors([junk.filter((index) => index < M)]),
      };
      const key = Array.from({ length: M }, () => keys.next().value);
      const ranking = [...Array(M).keys()].sort((a, b) => key[a]! - key[b]!);
      const depth = Math.min(searchDepth(selection, count), M);
      assert.deepEqual(
        selectPredictions(found(ranking.slice(0, depth)), selection, count),
        selectPredictions(found(ranking), selection, count),
      );
    },
  ));
});
