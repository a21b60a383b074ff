import assert from "node:assert/strict";
import { join } from "node:path";
import { compareEvaluations } from "../../lib/evaluate/compare.ts";
import { signTest } from "../../lib/evaluate/sign_test.ts";
import {
  listEvaluations,
  readEvaluation,
  type StoredEvaluation,
} from "../../lib/evaluate/stored_evaluation.ts";
import { inFolder } from "../in_folder.ts";

/** An evaluation by hand: the rank of the first right prediction of each query, 0 for none. */
function store(
  ranks: readonly number[],
  more: Partial<StoredEvaluation> = {},
): StoredEvaluation {
  return {
    folder: "runs/a",
    queries: ranks.map((firstCorrect, i) => ({
      query: `data/city/${i}.jpg`,
      numPositives: 2,
      firstCorrect,
      distance: firstCorrect === 1 ? 0.1 : 0.2,
      averagePrecision: {},
    })),
    numDatabase: 9,
    ns: [1, 5],
    numPredictions: 5,
    protocol: {
      denominator: "all",
      suppress: "none",
      positiveRadius: 25,
      unit: "meters",
      description: "all queries, 25 m",
    },
    ...more,
  };
}

Deno.test("signTest() is the binomial test of a fair coin, two-sided", () => {
  assert.equal(signTest(0, 0), 1);
  assert.equal(signTest(3, 3), 1);
  assert.equal(signTest(0, 5), 2 / 32);
  assert.equal(signTest(5, 0), 2 / 32);
  const p = 2 * (1 + 10 + 45) / 1024; // at most 2 of 10
  assert.ok(Math.abs(signTest(2, 8) - p) < 1e-15);
  const far = signTest(400, 600); // scipy.stats.binomtest(400, 1000).pvalue
  assert.ok(Math.abs(far / 2.728464156065947e-10 - 1) < 1e-9, String(far));
});

Deno.test("compareEvaluations() pairs queries, and says who is right where the other is not", () => {
  const a = store([1, 1, 2, 0, 1]);
  const b = store([1, 0, 1, 1, 3], { folder: "runs/b" });
  const { recall, countedQueries, protocol } = compareEvaluations({ a, b });
  assert.equal(countedQueries, 5);
  assert.equal(protocol, "all queries, 25 m");
  const [first, fifth] = recall;
  assert.equal(first!.n, 1);
  assert.equal(first!.a, 3 / 5);
  assert.equal(first!.b, 3 / 5);
  assert.deepEqual(first!.onlyA, ["data/city/1.jpg", "data/city/4.jpg"]);
  assert.deepEqual(first!.onlyB, ["data/city/2.jpg", "data/city/3.jpg"]);
  assert.equal(first!.pValue, 1);
  assert.equal(first!.difference.value, 0);
  assert.ok(first!.difference.low < 0 && first!.difference.high > 0);
  assert.deepEqual(fifth!.onlyA, ["data/city/1.jpg"]);
  assert.deepEqual(fifth!.onlyB, ["data/city/3.jpg"]);
});

Deno.test("compareEvaluations() of an evaluation with itself finds no difference at all", () => {
  const a = store([1, 3, 0, 1]);
  const { recall, aucPr } = compareEvaluations({ a, b: a });
  for (const { difference, pValue, onlyA, onlyB } of recall) {
    assert.deepEqual(difference, { value: 0, low: 0, high: 0 });
    assert.equal(pValue, 1);
    assert.deepEqual([onlyA, onlyB], [[], []]);
  }
  assert.deepEqual(aucPr!.difference, { value: 0, low: 0, high: 0 });
});

Deno.test("compareEvaluations() resamples pairs: what is hard for both does not widen the interval", () => {
  const hard = Array.from({ length: 300 }, (_, i) => i % 2);
  const a = store(hard);
  const b = store(hard.map((rank, i) => i < 12 ? 1 : rank));
  const { recall } = compareEvaluations({ a, b }, { resamples: 1000 });
  const { difference } = recall[0]!;
  assert.equal(difference.value, 6 / 300);
  assert.ok(difference.low > 0 && difference.high < 0.04); // apart: about ± 0.08
});

Deno.test("compareEvaluations() counts answerable queries where both do", () => {
  const answerable = (ranks: number[]): StoredEvaluation => {
    const stored = store(ranks);
    const protocol = { ...stored.protocol, denominator: "answerable" as const };
    const queries = stored.queries.map((query, i) =>
      i === 3 ? { ...query, numPositives: 0 } : query
    );
    return { ...stored, queries, protocol };
  };
  const { recall, countedQueries } = compareEvaluations({
    a: answerable([1, 1, 0, 0]),
    b: answerable([1, 0, 0, 0]),
  });
  assert.equal(countedQueries, 3);
  assert.equal(recall[0]!.a, 2 / 3);
  assert.equal(recall[0]!.b, 1 / 3);
});

Deno.test("compareEvaluations() compares mean average precision, without queries that have none", () => {
  const graded = (values: number[]): StoredEvaluation => {
    const stored = store([1, 1, 1]);
    return {
      ...stored,
      queries: stored.queries.map((query, i) => ({
        ...query,
        averagePrecision: { hard: values[i]! },
      })),
    };
  };
  const { map } = compareEvaluations({
    a: graded([0.5, NaN, 0.25]),
    b: graded([0.75, NaN, 0.75]),
  });
  const { a, b, difference } = map.hard!;
  assert.deepEqual([a, b, difference.value], [0.375, 0.75, 0.375]);
  assert.deepEqual([difference.low, difference.high], [0.25, 0.5]);
});

Deno.test("compareEvaluations() finds the same queries in another folder", () => {
  const b = store([1, 0]);
  const moved = b.queries.map((query, i) => ({
    ...query,
    query: `../elsewhere/${i}.jpg`,
  }));
  compareEvaluations({ a: store([1, 1]), b: { ...b, queries: moved } });
});

Deno.test("compareEvaluations() names all that differs", () => {
  const a = store([1, 1, 0]);
  const other = store([1, 0], {
    folder: "runs/b",
    numDatabase: 8,
    protocol: { ...a.protocol, denominator: "answerable", positiveRadius: 10 },
  });
  assert.throws(() => compareEvaluations({ a, b: other }), {
    name: "DatasetError",
    where:
      "runs/a and runs/b: queries: 3, 1 that the other has not (2.jpg), and 2, 0 that the other has not; database images: 9 and 8; denominator: all and answerable; positiveRadius: 25 and 10",
  });
  const queries = a.queries.map((query) => ({ ...query, numPositives: 1 }));
  assert.throws(() => compareEvaluations({ a, b: { ...a, queries } }), {
    name: "DatasetError",
    where: /what is right for 3 queries, such as data\/city\/0.jpg/,
  });
  assert.throws(
    () => compareEvaluations({ a, b: store([1, 1, 0], { ns: [7] }) }),
    {
      name: "OptionsError",
      where: "recallAt is 1,5 and 7, written are 5 predictions",
    },
  );
});

Deno.test("readEvaluation() reads what an evaluation before there were protocols wrote", async () => {
  await inFolder(async (folder) => {
    const run = join(folder, "test_city_val");
    await Deno.mkdir(run);
    await Deno.writeTextFile(
      join(run, "predictions.json"),
      JSON.stringify({
        queries: [
          {
            query: "q.jpg",
            predictions: [
              { rank: 1, database: "a.jpg", distance: 0.5, correct: false },
              { rank: 2, database: "b.jpg", distance: 0.6, correct: true },
            ],
          },
        ],
      }),
    );
    await Deno.writeTextFile(
      join(run, "recalls.json"),
      JSON.stringify({ recall: { 1: 0, 2: 1 }, queries: 1, database: 2 }),
    );
    assert.deepEqual([...await listEvaluations(folder)], [
      ["test_city_val", run],
    ]);
    assert.deepEqual([...await listEvaluations(run)], [["", run]]);
    const stored = await readEvaluation(run);
    assert.deepEqual(stored.queries, [{
      query: "q.jpg",
      numPositives: null,
      firstCorrect: 2,
      distance: 0.5,
      averagePrecision: {},
    }]);
    assert.equal(stored.protocol.denominator, "all");
    const { recall, aucPr } = compareEvaluations({ a: stored, b: stored });
    assert.deepEqual(recall.map(({ n, a }) => [n, a]), [[1, 0], [2, 1]]);
    assert.equal(aucPr, null);
  });
});

Deno.test("readEvaluation() names what is missing or damaged", async () => {
  await inFolder(async (folder) => {
    await assert.rejects(readEvaluation(folder), {
      name: "CheckpointError",
      where: /recalls\.json \(/,
    });
    await Deno.writeTextFile(join(folder, "recalls.json"), '{"recall": {}}');
    await Deno.writeTextFile(
      join(folder, "predictions.json"),
      '{"queries": 3}',
    );
    await assert.rejects(readEvaluation(folder), {
      name: "CheckpointError",
      where: new RegExp(`^${folder} \\(`),
    });
  });
});
