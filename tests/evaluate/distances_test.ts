import assert from "node:assert/strict";
import { partDistances } from "../../lib/evaluate/distances.ts";
import { makeEvaluation } from "../report/make_evaluation.ts";

Deno.test("partDistances() parts the distances of all predictions by what is right", () => {
  const evaluation = makeEvaluation({
    queries: [["a.jpg", 0], ["b.jpg", 1000]],
    database: [["near.jpg", 10], ["far.jpg", 500], ["other.jpg", 990]],
    predictions: [[0, 1, 2], [0, 2, -1]],
  });
  assert.deepEqual(partDistances(evaluation), {
    right: [0.25, 0.5],
    wrong: [0.5, 0.75, 0.25],
  });
});
