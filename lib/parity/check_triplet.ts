/**
 * Golden cases of the triplet loss: of each triplet, of the batch, and its gradients.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { type LossOptions, tripletLoss } from "../train/loss.ts";
import { TRAIN_DEFAULTS } from "../train/options.ts";
import { takeValues } from "./channel_order.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Compares the losses and the gradients in queries, positives and negatives. */
export async function checkTriplet(
  golden: GoldenCase,
  results: CaseComparison,
): Promise<void> {
  results.skip("q", "p", "n", "negCounts");
  const options: LossOptions = {
    ...TRAIN_DEFAULTS,
    margin: golden.number("margin"),
  };
  const rows = (name: string): tf.Tensor2D => {
    const { shape } = golden.read(name);
    return tf.tensor2d(golden.float32(name), shape as [number, number]);
  };
  const parts = [rows("q"), rows("p"), rows("n")] as const;
  try {
    await compareTriplets(golden, results, parts, options);
    await compareBatch(golden, results, parts, options);
  } finally {
    tf.dispose([...parts]);
  }
}

type Parts = readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

/** The loss of a tuple with one negative is that of the triplet. */
async function compareTriplets(
  golden: GoldenCase,
  results: CaseComparison,
  [queries, positives, negatives]: Parts,
  options: LossOptions,
): Promise<void> {
  const owners = golden.numbers("negCounts").flatMap((count, t) =>
    Array<number>(count).fill(t)
  );
  const losses = owners.map((t, j) =>
    tf.tidy(() =>
      tripletLoss({
        queries: tf.slice(queries, t, 1),
        positives: tf.slice(positives, t, 1),
        negatives: tf.slice(negatives, j, 1),
        negativeCounts: [1],
      }, options)
    )
  );
  const all = tf.stack(losses);
  tf.dispose(losses);
  results.compare("per_triplet", await takeValues(all));
}

async function compareBatch(
  golden: GoldenCase,
  results: CaseComparison,
  parts: Parts,
  options: LossOptions,
): Promise<void> {
  const negativeCounts = golden.numbers("negCounts");
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const [queries, positives, negatives] = given as [...Parts];
    const batch = { queries, positives, negatives, negativeCounts };
    return tripletLoss(batch, options);
  })([...parts]);
  results.compare("loss", await takeValues(value));
  for (const [i, name] of ["grad_q", "grad_p", "grad_n"].entries()) {
    results.compare(name, await takeValues(grads[i]!));
  }
}
