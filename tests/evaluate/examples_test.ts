import assert from "node:assert/strict";
import { pickExamples } from "../../lib/evaluate/examples.ts";
import type { DatasetPredictions } from "../../lib/evaluate/predictions.ts";

/** Queries that see the database in order; each list of positives is one query's. */
function makeFound(
  positives: readonly (readonly number[])[],
  predicted: readonly number[],
): DatasetPredictions {
  const place = (role: string, count: number): object => ({
    paths: Array.from({ length: count }, (_, i) => `${role}_${i}.jpg`),
    eastMeters: new Float64Array(count),
    northMeters: new Float64Array(count),
  });
  const ends = positives.map((_, query) =>
    positives.slice(0, query + 1).flat().length
  );
  return {
    dataset: {
      database: place("database", 10),
      queries: place("query", positives.length),
      unit: "meters",
    },
    predictions: {
      count: predicted.length,
      indices: Int32Array.from(positives.flatMap(() => predicted)),
      distancesSquared: new Float64Array(positives.length * predicted.length),
    },
    positives: {
      offsets: Uint32Array.from([0, ...ends]),
      indices: Int32Array.from(positives.flat()),
    },
  } as unknown as DatasetPredictions;
}

Deno.test("pickExamples() gives the first five predictions, and which are right", () => {
  const [example, ...others] = pickExamples(
    makeFound([[2, 9]], [4, 2, 0, 9, 1, 3]),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(example, {
    query: "query_0.jpg",
    predictions: [
      { path: "database_4.jpg", isRight: false },
      { path: "database_2.jpg", isRight: true },
      { path: "database_0.jpg", isRight: false },
      { path: "database_9.jpg", isRight: true },
      { path: "database_1.jpg", isRight: false },
    ],
  });
});

Deno.test("pickExamples() leaves out places that a small database does not have", () => {
  const [example] = pickExamples(makeFound([[0]], [0, -1, -1]));
  assert.deepEqual(example!.predictions, [
    { path: "database_0.jpg", isRight: true },
  ]);
});

Deno.test("pickExamples() picks the same queries whatever was predicted, spread over those that have a positive", () => {
  const positives = Array.from(
    { length: 1000 },
    (_, query) => query % 2 === 0 ? [] : [query % 10],
  );
  const queriesOf = (predicted: number[]): string[] =>
    pickExamples(makeFound(positives, predicted)).map(({ query }) => query);
  const queries = queriesOf([1, 2, 3]);
  assert.deepEqual(queriesOf([7]), queries);
  assert.deepEqual(
    queries,
    [83, 251, 417, 583, 751, 917].map((query) => `query_${query}.jpg`),
  );
});

Deno.test("pickExamples() gives nothing where no query has a positive", () => {
  assert.deepEqual(pickExamples(makeFound([[], []], [1])), []);
});
