import assert from "node:assert/strict";
import { join } from "node:path";
import { toNeighbors } from "../../lib/data/radius.ts";
import { keepReadable } from "../../lib/data/readable.ts";
import { compareEvaluations } from "../../lib/evaluate/compare.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import { writeEvaluation } from "../../lib/evaluate/evaluation_files.ts";
import { measureEvaluation } from "../../lib/evaluate/figures.ts";
import { createJudge } from "../../lib/evaluate/judge.ts";
import { resolveEvaluateOptions } from "../../lib/evaluate/options.ts";
import { readEvaluation } from "../../lib/evaluate/stored_evaluation.ts";
import { drain } from "../../lib/progress.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeEvaluation } from "../report/make_evaluation.ts";
import { readTinyCity } from "../tiny_city.ts";
import { evaluate, withModel } from "./evaluate_small_model.ts";

const FEW = { resamples: 500 };

/** Queries at 0, 100 and 900 m; the third has nothing near. Equal distances all along. */
function makeSmall(
  given: Parameters<typeof resolveEvaluateOptions>[0] = {},
): Evaluation {
  const made = makeEvaluation({
    queries: [["q0", 0], ["q1", 100], ["q2", 900]],
    database: [["d0", 1], ["d1", 101]],
    predictions: [[0, 1], [0, 1], [1, 0]],
  });
  const options = resolveEvaluateOptions({ recallAt: [1, 2], ...given });
  const { predictions } = made;
  predictions.distancesSquared.set([0.1, 1, 0.3, 1, 0.2, 1]);
  return createJudge(made.dataset, options).judge(predictions);
}

Deno.test("measureEvaluation() takes a query with nothing to find for a wrong match, or leaves it out", () => {
  const all = measureEvaluation(makeSmall(), FEW);
  assert.equal(all.countedQueries, 3);
  assert.equal(all.protocol.description, "all queries, 25 m");
  assert.equal(all.aucPr!.value, 0.5); // right at 0.1, wrong at 0.2 and 0.3
  assert.equal(all.recallAtFullPrecision, 0.5);
  assert.equal(all.aucPrOfRight, 1);
  assert.equal(all.map, undefined);
  const answerable = measureEvaluation(
    makeSmall({ denominator: "answerable" }),
    FEW,
  );
  assert.equal(answerable.countedQueries, 2);
  assert.equal(answerable.aucPr!.value, 0.5);
  const { low, value, high } = answerable.aucPr!;
  assert.ok(low < value && value < high);
});

Deno.test("measureEvaluation() knows no match quality where nothing can be found", () => {
  const made = makeSmall();
  const none = { ...made, positives: toNeighbors([[], [], []]) };
  const { aucPr, aucPrOfRight, recallAtFullPrecision } = measureEvaluation(
    none,
  );
  assert.deepEqual([aucPr, aucPrOfRight, recallAtFullPrecision], [
    null,
    null,
    null,
  ]);
});

testOnWasm(
  "evaluateModel() cuts queries to their boxes, ranks all that is not ignored, and its files are read back",
  (engine) =>
    withModel(engine, async (model) => {
      const { positiveRadius: _, ...city } = await readTinyCity("val");
      const Q = city.queries.paths.length;
      const each = (...list: number[]) =>
        toNeighbors(Array.from({ length: Q }, (_, i) => i === 0 ? [] : list));
      const dataset = {
        ...city,
        unit: "lists" as const,
        positiveRadius: 0,
        truth: { positives: each(0, 1), ignored: each(2) },
      };
      const box = { left: 8, top: 4, right: 40, bottom: 36 };
      const boxed = {
        ...dataset,
        queries: { ...city.queries, boxes: Array(Q).fill(box) },
      };
      const settings = { recallAt: [1, 11], describe: { describeBatch: 2 } };
      const whole = await evaluate(model, dataset, settings);
      const notes: string[] = [];
      const cut = await evaluate(model, boxed, settings, notes);
      assert.notDeepEqual(
        cut.predictions.distancesSquared,
        whole.predictions.distancesSquared,
      );
      assert.deepEqual(notes, [
        `1 of ${Q} queries of split val have no positive; they count as missed`,
      ]);
      assert.equal(cut.recall.get(11), (Q - 1) / Q);
      for (let query = 1; query < Q; query++) {
        const ranking = cut.predictions.indices.slice(
          11 * query,
          11 * query + 11,
        );
        assert.ok(!ranking.includes(2) && !ranking.includes(-1));
      }
      const kept = await drain(keepReadable(boxed, {}));
      assert.deepEqual(kept.truth, boxed.truth);
      assert.deepEqual(kept.queries.boxes, boxed.queries.boxes);

      const { map } = measureEvaluation(cut, FEW);
      assert.equal(map!.all!.queries, Q - 1);
      assert.ok(map!.all!.value > 0 && map!.all!.value <= 1);
      await inFolder(async (folder) => {
        for (const [name, one] of [["a", cut], ["b", whole]] as const) {
          await writeEvaluation(join(folder, name), one);
        }
        const a = await readEvaluation(join(folder, "a"));
        const b = await readEvaluation(join(folder, "b"));
        assert.deepEqual(
          a.queries.map(({ firstCorrect }) => firstCorrect),
          [...cut.firstCorrect],
        );
        const comparison = compareEvaluations({ a, b }, FEW);
        const { a: mine, b: theirs } = comparison.map.all!;
        assert.ok(Math.abs(mine - map!.all!.value) < 1e-8);
        assert.ok(
          Math.abs(
            theirs - measureEvaluation(whole, FEW).map!.all!.value,
          ) < 1e-8,
        );
        assert.deepEqual(
          comparison.recall.map(({ n, a }) => [n, a]),
          [...cut.recall],
        );
      });
    }),
);
