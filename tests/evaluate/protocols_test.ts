import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { toNeighbors } from "../../lib/data/radius.ts";
import { createJudge } from "../../lib/evaluate/judge.ts";
import { resolveEvaluateOptions } from "../../lib/evaluate/options.ts";
import { findPositives } from "../../lib/evaluate/positives.ts";
import {
  describeProtocol,
  PROTOCOL_NAMES,
  PROTOCOLS,
  stateProtocol,
} from "../../lib/evaluate/protocols.ts";
import type { Predictions } from "../../lib/search/exact.ts";

/** A road: two panoramas of three cutouts at 0 and 100 m, one image at 200 m; queries at 10, 110 and 500 m. */
function makeRoad(more: Partial<PlaceDataset> = {}): PlaceDataset {
  const place = (side: string, ...east: number[]) => ({
    paths: east.map((_, i) => `${side}/${i}.jpg`),
    eastMeters: Float64Array.from(east),
    northMeters: new Float64Array(east.length),
  });
  return {
    name: "road",
    split: "test",
    database: place("database", 0, 0, 0, 100, 100, 100, 200),
    queries: place("queries", 10, 110, 500),
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
    ...more,
  };
}

/** Whole rankings: the first and third query are led astray by all cutouts of one panorama. */
const FOUND: Predictions = {
  count: 7,
  indices: Int32Array.of(
    ...[3, 4, 5, 0, 6, 1, 2],
    ...[4, 0, 1, 2, 3, 5, 6],
    ...[0, 1, 2, 6, 3, 4, 5],
  ),
  distancesSquared: Float64Array.from({ length: 21 }, (_, i) => i % 7 + 1),
};

Deno.test("resolveEvaluateOptions() takes what the protocol fixes, and its N unless others are given", () => {
  assert.deepEqual({ ...resolveEvaluateOptions() }, {
    denominator: "all",
    suppress: "none",
    recallAt: [1, 5, 10, 20],
  });
  const tokyo = resolveEvaluateOptions({ protocol: "tokyo247" });
  assert.equal(tokyo.suppress, "panorama");
  assert.equal(tokyo.denominator, "all");
  assert.deepEqual(tokyo.recallAt, [1, 2, 3, 4, 5, 10, 15, 20, 25]);
  const msls = resolveEvaluateOptions({ protocol: "msls", recallAt: [3] });
  assert.equal(msls.denominator, "answerable");
  assert.deepEqual(msls.recallAt, [3]);
  for (const protocol of PROTOCOL_NAMES) {
    const resolved = resolveEvaluateOptions({ protocol });
    assert.deepEqual(resolveEvaluateOptions(resolved), resolved);
    assert.equal(resolved.denominator, PROTOCOLS[protocol].denominator);
  }
});

Deno.test("resolveEvaluateOptions() names each option that says otherwise than the protocol", () => {
  assert.throws(
    () =>
      resolveEvaluateOptions({
        protocol: "pittsburgh",
        denominator: "answerable",
        suppress: "panorama",
      }),
    {
      name: "OptionsError",
      where:
        "denominator is answerable, the protocol pittsburgh has all; suppress is panorama, the protocol pittsburgh has none",
    },
  );
  assert.throws(
    () => resolveEvaluateOptions({ protocol: "oxford" as "msls" }),
    { name: "OptionsError", where: /^protocol is "oxford", must be one of / },
  );
});

Deno.test("stateProtocol() refuses a dataset of another radius, unit or without positions", () => {
  const state = (
    given: Parameters<typeof resolveEvaluateOptions>[0],
    more: Partial<PlaceDataset>,
  ) => stateProtocol(resolveEvaluateOptions(given), makeRoad(more));
  assert.throws(
    () => state({ protocol: "pittsburgh" }, { positiveRadius: 10 }),
    {
      name: "OptionsError",
      where: "it is of 25 m, road of 10 meters",
      fix: /^set positiveRadius to 25, /,
    },
  );
  assert.throws(() => state({ protocol: "msls" }, { unit: "frames" }), {
    name: "OptionsError",
    where: "it is of 25 m, road of 25 frames",
    fix: "set protocol to all-queries or answerable-queries",
  });
  assert.throws(() => state({ suppress: "panorama" }, { unit: "classes" }), {
    name: "OptionsError",
    where: "suppress is panorama, road counts classes",
  });
  assert.equal(
    state({ protocol: "answerable-queries" }, { positiveRadius: 10 })
      .positiveRadius,
    10,
  );
});

Deno.test("describeProtocol() says what recall is of", () => {
  const say = (
    given: Parameters<typeof resolveEvaluateOptions>[0],
    more: Partial<PlaceDataset> = {},
  ) =>
    describeProtocol(
      stateProtocol(resolveEvaluateOptions(given), makeRoad(more)),
    );
  assert.equal(say({}), "all queries, 25 m");
  assert.equal(
    say({ denominator: "answerable" }),
    "answerable queries, 25 m",
  );
  assert.equal(
    say({ protocol: "tokyo247" }),
    "all queries, 25 m, one prediction per panorama, protocol tokyo247",
  );
  assert.equal(
    say({ protocol: "msls" }),
    "answerable queries, 25 m, no heading limit: headings are not known, protocol msls",
  );
  const { database, queries } = makeRoad();
  const headed = {
    database: { ...database, headingDegrees: new Float64Array(7) },
    queries: { ...queries, headingDegrees: new Float64Array(3) },
  };
  assert.equal(
    say({ protocol: "msls" }, headed),
    "answerable queries, 25 m, headings within 40°, protocol msls",
  );
  assert.equal(
    say({}, { unit: "frames", positiveRadius: 3 }),
    "all queries, 3 frames",
  );
  assert.equal(say({}, { unit: "classes" }), "all queries, same class");
  assert.equal(say({}, { unit: "lists" }), "all queries, right as listed");
});

Deno.test("findPositives() drops those that look elsewhere, and keeps those that nobody knows of", () => {
  const { database, queries } = makeRoad();
  const dataset = makeRoad({
    database: {
      ...database,
      headingDegrees: Float64Array.of(40, 40.5, 320, 185, 180, NaN, 0),
    },
    queries: { ...queries, headingDegrees: Float64Array.of(0, -145, 0) },
  });
  const list = (limit: number | null): number[][] => {
    const { offsets, indices } = findPositives(dataset, limit);
    return [0, 1, 2].map((i) => [
      ...indices.subarray(offsets[i], offsets[i + 1]),
    ]);
  };
  assert.deepEqual(list(null), [[0, 1, 2], [3, 4, 5], []]);
  assert.deepEqual(list(40), [[0, 2], [3, 4, 5], []]);
  assert.deepEqual(list(34), [[], [3, 5], []]);
});

Deno.test("createJudge() counts all queries, or those that can be answered", () => {
  const judge = (given: Parameters<typeof resolveEvaluateOptions>[0]) =>
    createJudge(makeRoad(), resolveEvaluateOptions(given)).judge(FOUND);
  const all = judge({ recallAt: [1, 4] });
  assert.equal(all.numCounted, 3);
  assert.deepEqual([...all.recall], [[1, 1 / 3], [4, 2 / 3]]);
  const answerable = judge({ recallAt: [1, 4], denominator: "answerable" });
  assert.equal(answerable.numCounted, 2);
  assert.deepEqual([...answerable.recall], [[1, 1 / 2], [4, 1]]);
  assert.equal(answerable.queriesWithoutPositives, 1);
  assert.deepEqual([...answerable.firstCorrect], [4, 1, 0]);
});

Deno.test("createJudge() lets the nearest cutout stand for its panorama", () => {
  const options = resolveEvaluateOptions({
    protocol: "tokyo247",
    recallAt: [1, 2],
    predictions: 1,
  });
  const { depth, judge } = createJudge(makeRoad(), options);
  assert.equal(depth, 4); // three cutouts of one, then another
  const { recall, firstCorrect, predictions } = judge(FOUND);
  assert.deepEqual([...recall], [[1, 1 / 3], [2, 2 / 3]]);
  assert.deepEqual([...firstCorrect], [2, 1, 0]);
  assert.deepEqual([...predictions.indices], [3, 4, 0]);
});

Deno.test("createJudge() ranks the whole database where the truth is lists, and rates each grade", () => {
  const truth = {
    positives: toNeighbors([[0], [4], []]),
    ignored: toNeighbors([[3, 4], [], []]),
  };
  const grades = new Map([["easy", truth], ["hard", {
    positives: toNeighbors([[6], [0], [5]]),
    ignored: toNeighbors([[], [4], []]),
  }]]);
  const dataset = makeRoad({ unit: "lists", truth, grades });
  const options = resolveEvaluateOptions({ recallAt: [1, 2] });
  const { depth, judge } = createJudge(dataset, options);
  assert.equal(depth, 7);
  const { recall, rankings, predictions, positives } = judge(FOUND);
  assert.deepEqual([...recall], [[1, 1 / 3], [2, 2 / 3]]);
  assert.deepEqual([...predictions.indices], [5, 0, 4, 0, 0, 1]);
  assert.equal(positives, truth.positives);
  const { averagePrecision: easy } = rankings!.get("easy")!;
  assert.deepEqual([...easy], [0.25, 1, NaN]);
  const { averagePrecision: hard } = rankings!.get("hard")!;
  assert.deepEqual([...hard], [1 / 10, 1, 1 / 14]);
});

Deno.test("createJudge() refuses to rate queries of which none can be answered", () => {
  const { queries } = makeRoad();
  const eastMeters = queries.eastMeters.map((east) => east + 1e4);
  const dataset = makeRoad({ queries: { ...queries, eastMeters } });
  const options = resolveEvaluateOptions({
    denominator: "answerable",
    recallAt: [1],
  });
  assert.throws(() => createJudge(dataset, options).judge(FOUND), {
    name: "DatasetError",
    where: "none of 3 queries has a positive",
  });
});
