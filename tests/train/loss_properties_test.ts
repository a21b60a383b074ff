import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import {
  type LossOptions,
  tripletLoss,
  type TupleDescriptors,
} from "../../lib/train/loss.ts";
import {
  tripletLossReference,
  type TupleReference,
} from "../../lib/train/loss_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";

await useWasmBackend();

/** Distances of a few units in float32, whose difference is the loss. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };
const SLOPES = { rtol: 1e-4, atol: 2e-5 };

const OPTIONS: LossOptions[] = (["euclidean", "squared"] as const)
  .flatMap((marginOn) =>
    (["all", "violating"] as const)
      .map((lossOver) => ({ margin: 0.1, marginOn, lossOver }))
  );

/** Multiples of 1/32 in [-1, 1]: exact in float32, so only the sums can differ. */
const value = fc.integer({ min: -32, max: 32 }).map((n) => n / 32);

/** Batches of 1 to 4 tuples of 1 to 4 negatives, of the same descriptor length. */
const batches = fc.integer({ min: 1, max: 5 }).chain((F) => {
  const descriptor = fc.array(value, { minLength: F, maxLength: F });
  const tuple = fc.record({
    query: descriptor,
    positive: descriptor,
    negatives: fc.array(descriptor, { minLength: 1, maxLength: 4 }),
  });
  return fc.array(tuple, { minLength: 1, maxLength: 4 });
});

/** Descriptors of a batch in one list: queries, then positives, then negatives. */
function listRows(tuples: readonly TupleReference[]): (readonly number[])[] {
  return [
    ...tuples.map(({ query }) => query),
    ...tuples.map(({ positive }) => positive),
    ...tuples.flatMap(({ negatives }) => negatives),
  ];
}

function toTensors(tuples: readonly TupleReference[]): TupleDescriptors {
  const T = tuples.length;
  const rows = tf.tensor2d(listRows(tuples) as number[][]);
  const [queries, positives, negatives] = tf.split(rows, [
    T,
    T,
    rows.shape[0] - 2 * T,
  ]);
  rows.dispose();
  return {
    queries: queries as tf.Tensor2D,
    positives: positives as tf.Tensor2D,
    negatives: negatives as tf.Tensor2D,
    negativeCounts: tuples.map(({ negatives }) => negatives.length),
  };
}

/** The loss, and its gradient in each descriptor, in the order of `listRows`. */
async function differentiate(
  tuples: readonly TupleReference[],
  options: LossOptions,
): Promise<{ loss: number; gradients: number[][] }> {
  const { negativeCounts, ...tensors } = toTensors(tuples);
  const inputs = [tensors.queries, tensors.positives, tensors.negatives];
  const { value, grads } = tf.valueAndGrads((queries, positives, negatives) =>
    tripletLoss({
      queries: queries as tf.Tensor2D,
      positives: positives as tf.Tensor2D,
      negatives: negatives as tf.Tensor2D,
      negativeCounts,
    }, options)
  )(inputs);
  const [loss] = await value.data();
  const parts = await Promise.all(
    grads.map((grad) => grad.array() as Promise<number[][]>),
  );
  tf.dispose([value, ...grads, ...inputs]);
  return { loss: loss!, gradients: parts.flat() };
}

/** What each negative lacks. */
function listLacking(
  tuples: readonly TupleReference[],
  options: LossOptions,
): number[] {
  return tuples.flatMap((tuple) =>
    tuple.negatives.map((negative) => {
      const at = (margin: number): number =>
        tripletLossReference([{ ...tuple, negatives: [negative] }], {
          ...options,
          margin,
        });
      // The loss of a margin of 100 is never cut off at zero.
      const root = options.marginOn === "squared" ? 100 - 0.1 : 10 - 0.1 ** 0.5;
      return at(100) - root;
    })
  );
}

for (const options of OPTIONS) {
  const kind = `${options.marginOn} distances over ${options.lossOver}`;

  Deno.test(`tripletLoss() of ${kind} has the gradient of its reference`, async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (tuples) => {
        const distances = tuples.flatMap(({ query, positive, negatives }) =>
          [positive, ...negatives].map((other) =>
            Math.hypot(...other.map((v, f) => v - query[f]!))
          )
        );
        fc.pre(distances.every((distance) => distance > 0.05));
        fc.pre(
          listLacking(tuples, options).every((lack) => Math.abs(lack) > 0.01),
        );
        const expected = listRows(tuples).flatMap((row) =>
          centralDifferences(
            row as number[],
            () => tripletLossReference(tuples, options),
          )
        );
        const { gradients } = await differentiate(tuples, options);
        assertClose(gradients.flat(), expected, SLOPES);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  Deno.test(`tripletLoss() of ${kind} is not negative, and moves nothing as a whole`, async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (tuples) => {
        const { loss, gradients } = await differentiate(tuples, options);
        assert.ok(loss >= 0);
        const total = gradients[0]!.map((_, f) =>
          gradients.reduce((sum, row) => sum + row[f]!, 0)
        );
        assertClose(total, total.map(() => 0), { atol: 1e-5 });
      }),
      { seed: 2, numRuns: 40 },
    );
  });

  Deno.test(`tripletLoss() of ${kind} moves no negative that is far enough`, async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (tuples) => {
        const lacking = listLacking(tuples, options);
        const { loss, gradients } = await differentiate(tuples, options);
        const ofNegatives = gradients.slice(2 * tuples.length);
        lacking.forEach((lack, i) => {
          if (lack > -1e-4) return;
          assert.ok(ofNegatives[i]!.every((slope) => slope === 0));
        });
        if (lacking.some((lack) => lack > -1e-4)) return;
        assert.equal(loss, 0);
        assert.ok(gradients.flat().every((slope) => slope === 0));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  Deno.test(`tripletLoss() of ${kind} is the same for tuples in another order, and for each twice`, async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (tuples) => {
        const turned = tuples.map((tuple) => ({
          ...tuple,
          negatives: tuple.negatives.toReversed(),
        })).toReversed();
        const { loss } = await differentiate(tuples, options);
        for (const other of [turned, [...turned, ...tuples]]) {
          assertClose(
            [(await differentiate(other, options)).loss],
            [loss],
            FLOAT32,
          );
        }
      }),
      { seed: 4, numRuns: 25 },
    );
  });
}

/** Tuples where something is equal, and whether the loss must be zero. */
const EDGES: Record<string, { tuples: TupleReference[]; isZero?: boolean }> = {
  "all descriptors the same": {
    tuples: [{
      query: [0.5, 0.5],
      positive: [0.5, 0.5],
      negatives: [[0.5, 0.5], [0.5, 0.5]],
    }],
  },
  "all descriptors zero": {
    tuples: [{ query: [0, 0], positive: [0, -0], negatives: [[0, 0]] }],
  },
  "the positive farther than the negative": {
    tuples: [{ query: [1, 0], positive: [-1, 0], negatives: [[1, 0.125]] }],
  },
  "one tuple of one far negative": {
    tuples: [{ query: [1, 0], positive: [1, 0], negatives: [[-1, 0]] }],
    isZero: true,
  },
  "values of 1e-20 and 1e10": {
    tuples: [
      { query: [1e-20, 0], positive: [0, 1e-20], negatives: [[0, 0]] },
      { query: [1e10, 0], positive: [1e10, 0], negatives: [[-1e10, 1]] },
    ],
  },
};

testEachEngine(
  (engine) =>
    `tripletLoss() equals its reference, its gradients finite, where something is equal on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      const before = tf.memory().numTensors;
      for (const [what, { tuples, isZero }] of Object.entries(EDGES)) {
        for (const options of OPTIONS) {
          const { loss, gradients } = await differentiate(tuples, options);
          const expected = tripletLossReference(tuples, options);
          assertClose([loss], [expected], FLOAT32, what);
          assert.ok(gradients.flat().every(Number.isFinite), what);
          if (!isZero) continue;
          assert.equal(loss, 0);
          assert.ok(gradients.flat().every((slope) => slope === 0));
        }
      }
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    }),
);

Deno.test("tripletLoss() is zero, and finds a negative no violation, exactly at the margin", async () => {
  // ‖q − p‖² = 1, ‖q − n‖² = 4: exactly a margin of 3 on squares.
  const tuples = [{ query: [0, 0], positive: [0, 1], negatives: [[2, 0]] }];
  for (const lossOver of ["all", "violating"] as const) {
    const at = (margin: number): ReturnType<typeof differentiate> =>
      differentiate(tuples, { margin, marginOn: "squared", lossOver });
    const { loss, gradients } = await at(3);
    assert.equal(loss, 0);
    assert.ok(gradients.flat().every((slope) => slope === 0));
    assert.equal((await at(3.5)).loss, 0.5);
  }
});
