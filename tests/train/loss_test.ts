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
import { LOSS_MEANS } from "../../lib/train/options.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";

await useWasmBackend();

/** Distances around 1 in float32, whose difference is the loss. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };

const EUCLIDEAN: LossOptions = {
  margin: 0.1,
  marginOn: "euclidean",
  lossOver: "all",
};
const SQUARED: LossOptions = { ...EUCLIDEAN, marginOn: "squared" };
const LOSSES = [EUCLIDEAN, SQUARED].flatMap((options) =>
  LOSS_MEANS.map((lossOver) => ({ ...options, lossOver }))
);

/** Multiples of 1/32 in [-1, 1]: exact in float32, so only the sums can differ. */
const value = fc.integer({ min: -32, max: 32 }).map((n) => n / 32);

/** Batches of tuples of the same descriptor length, with at least one negative. */
const batches = fc.integer({ min: 1, max: 6 }).chain((F) => {
  const descriptor = fc.array(value, { minLength: F, maxLength: F });
  const negatives = (minLength: number): fc.Arbitrary<number[][]> =>
    fc.array(descriptor, { minLength, maxLength: 4 });
  const tuple = (minLength: number): fc.Arbitrary<TupleReference> =>
    fc.record({
      query: descriptor,
      positive: descriptor,
      negatives: negatives(minLength),
    });
  return fc.tuple(tuple(1), fc.array(tuple(0), { maxLength: 3 }))
    .map(([first, rest]) => [...rest, first]);
});

function toTensors(tuples: readonly TupleReference[]): TupleDescriptors {
  const F = tuples[0]!.query.length;
  const rows = (list: (readonly number[])[]): tf.Tensor2D =>
    tf.tensor2d(list.flat(), [list.length, F]);
  return {
    queries: rows(tuples.map(({ query }) => query)),
    positives: rows(tuples.map(({ positive }) => positive)),
    negatives: rows(tuples.flatMap(({ negatives }) => negatives)),
    negativeCounts: tuples.map(({ negatives }) => negatives.length),
  };
}

function lossOf(
  tuples: readonly TupleReference[],
  options: LossOptions,
): number {
  return tf.tidy(() => tripletLoss(toTensors(tuples), options).dataSync()[0]!);
}

/** The loss and its gradients in queries, positives and negatives. */
function differentiate(
  { queries, positives, negatives, negativeCounts }: TupleDescriptors,
  options: LossOptions,
): { loss: number; gradients: Float32Array[] } {
  const { value, grads } = tf.valueAndGrads((
    queries: tf.Tensor,
    positives: tf.Tensor,
    negatives: tf.Tensor,
  ) =>
    tripletLoss({
      queries: queries as tf.Tensor2D,
      positives: positives as tf.Tensor2D,
      negatives: negatives as tf.Tensor2D,
      negativeCounts,
    }, options)
  )([queries, positives, negatives]);
  const gradients = grads.map((grad) => grad.dataSync() as Float32Array);
  const loss = value.dataSync()[0]!;
  tf.dispose([value, ...grads]);
  return { loss, gradients };
}

for (const options of LOSSES) {
  const { marginOn, lossOver } = options;
  const kind = `on ${marginOn} distances over ${lossOver} negatives`;

  Deno.test(`tripletLoss() ${kind} equals its reference`, () => {
    fc.assert(
      fc.property(batches, (tuples) => {
        assertClose(
          [lossOf(tuples, options)],
          [tripletLossReference(tuples, options)],
          FLOAT32,
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  Deno.test(`tripletLoss() ${kind} has the gradient of its reference`, () => {
    const tuples: TupleReference[] = [
      {
        query: [0.5, -0.25, 0.75],
        positive: [-0.5, 0.125, 0.25],
        negatives: [[0.25, 0.5, -0.5], [0.5, 0.25, 0.5]],
      },
      {
        query: [-0.75, 0.5, 0.25],
        positive: [0.25, 0.375, 0.5],
        negatives: [[-0.25, 0.625, 0.125]],
      },
    ];
    const { gradients } = differentiate(toTensors(tuples), options);
    const parts = tuples.map(({ query, positive, negatives }) => [
      [query],
      [positive],
      negatives,
    ]);
    [0, 1, 2].forEach((part) => {
      const expected = parts.flatMap((tuple) => tuple[part]!).flatMap((row) =>
        centralDifferences(
          row as number[],
          () => tripletLossReference(tuples, options),
        )
      );
      assertClose(gradients[part]!, expected, { rtol: 1e-4, atol: 1e-6 });
    });
  });

  Deno.test(`tripletLoss() ${kind} is the margin where all descriptors are equal`, () => {
    const same = [0.5, 0.5, -0.5];
    const tuples = [{ query: same, positive: same, negatives: [same, same] }];
    const { loss, gradients } = differentiate(toTensors(tuples), options);
    const margin = marginOn === "squared" ? 0.1 : Math.sqrt(0.1);
    assertClose([loss], [margin], { rtol: 1e-6 });
    assert.ok(gradients.every((part) => part.every(Number.isFinite)));
  });

  Deno.test(`tripletLoss() ${kind} does not depend on the order of negatives`, () => {
    fc.assert(
      fc.property(batches, (tuples) => {
        const turned = tuples.map((tuple) => ({
          ...tuple,
          negatives: tuple.negatives.toReversed(),
        })).toReversed();
        assertClose(
          [lossOf(turned, options)],
          [lossOf(tuples, options)],
          FLOAT32,
        );
      }),
      { seed: 2, numRuns: 25 },
    );
  });

  Deno.test(`tripletLoss() ${kind} is zero beyond the margin, with zero gradients`, () => {
    const tuples = [{
      query: [1, 0],
      positive: [1, 0.125],
      negatives: [[-1, 0], [0, -1]],
    }];
    const { loss, gradients } = differentiate(toTensors(tuples), options);
    assert.equal(loss, 0);
    assert.ok(gradients.every((part) => part.every((x) => x === 0)));
  });
}

Deno.test("tripletLoss() over violating negatives is the sum by their number", () => {
  const tuples = [
    { query: [1, 0], positive: [1, 0.25], negatives: [[1, 0.25], [-1, 0]] },
    { query: [0, 1], positive: [0, 1], negatives: [[0.25, 1], [0, 0.75]] },
  ];
  // d² to positives 1/16 and 0, to negatives 1/16, 4, 1/16 and 1/16: 1, 3 and 4 violate.
  const lacking = 0.1 + 2 * (0.1 - 1 / 16);
  const violating = lossOf(tuples, { ...SQUARED, lossOver: "violating" });
  assertClose([violating], [lacking / 3], FLOAT32);
  assertClose([lossOf(tuples, SQUARED)], [lacking / 4], FLOAT32);
});

Deno.test("tripletLoss() has finite gradients where a distance is exactly zero", () => {
  // q − p + 1e-6 = 0 in float32.
  const tuples = [{
    query: [0, 0],
    positive: [Math.fround(1e-6), Math.fround(1e-6)],
    negatives: [[0.125, 0]],
  }];
  const { loss, gradients } = differentiate(toTensors(tuples), EUCLIDEAN);
  assertClose([loss], [Math.sqrt(0.1) - 0.125], FLOAT32);
  assert.ok(gradients[1]!.every((x) => x === 0));
  assert.ok(gradients.every((part) => part.every(Number.isFinite)));
});

Deno.test("tripletLoss() says which shape is wrong and which is right", () => {
  const good: TupleDescriptors = {
    queries: tf.zeros([2, 3]),
    positives: tf.zeros([2, 3]),
    negatives: tf.zeros([3, 3]),
    negativeCounts: [1, 2],
  };
  const throwsAt = (change: Partial<TupleDescriptors>, name: string): void =>
    assert.throws(() => tripletLoss({ ...good, ...change }, EUCLIDEAN), {
      name: "ShapeError",
      where: `argument ${name}`,
    });
  throwsAt({ positives: tf.zeros([2, 4]) }, "positives");
  throwsAt({ negatives: tf.zeros([4, 3]) }, "negatives");
  throwsAt({ negativeCounts: [3] }, "queries");
  throwsAt(
    { negatives: tf.zeros([0, 3]), negativeCounts: [0, 0] },
    "negatives",
  );
});

Deno.test("tripletLoss() frees everything but its result", () => {
  const tensors = toTensors([{
    query: [1, 2],
    positive: [1, 1],
    negatives: [[0, 1]],
  }]);
  for (const options of LOSSES) {
    const before = tf.memory().numTensors;
    tripletLoss(tensors, options).dispose();
    assert.equal(tf.memory().numTensors, before);
  }
});
