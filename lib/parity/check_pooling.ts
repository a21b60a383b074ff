/**
 * Golden cases of pooling without parameters: average, maximum and generalised mean.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { gemPool, generalizedMean } from "../model/gem.ts";
import {
  averagePool,
  largestFeatures,
  maxPool,
  meanFeatures,
} from "../model/pooling.ts";
import {
  readChannelsFirst,
  takeValues,
  toChannelsLast,
} from "./channel_order.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

type Pooling = (features: tf.Tensor4D) => tf.Tensor;

/** What is added to features after their ReLU in the cases called `…_relu`. */
const AFTER_RELU = 1e-6;

/** Each pooling of the cases. */
const POOLINGS: Record<string, Pooling> = {
  ["netvlad_max"]: maxPool,
  ["netvlad_avg"]: averagePool,
  spoc: meanFeatures,
  mac: largestFeatures,
  gem3: generalizedMean,
  ["gem3_relu"]: (features) =>
    generalizedMean(tf.add(tf.relu(features), AFTER_RELU)),
  ["gem3_l2"]: gemPool,
};

/** Compares the output of every pooling and the gradient of Σ out · R in the features. */
export async function checkPooling(
  golden: GoldenCase,
  results: CaseComparison,
): Promise<void> {
  results.skip("x");
  const names = Object.keys(golden.notes.datasets)
    .flatMap((name) => name.match(/^(\w+)\/out$/)?.[1] ?? []);
  const features = toChannelsLast(golden.read("x"));
  for (const name of names) {
    const pool = POOLINGS[name];
    if (pool === undefined) {
      results.fail(name, "there is no such pooling here");
      continue;
    }
    results.skip(`${name}/R`);
    const direction = golden.read(`${name}/R`);
    const [out, slope] = tf.tidy(() => [
      pool(features),
      tf.grad((x) =>
        tf.sum(tf.mul(
          pool(x as tf.Tensor4D),
          tf.tensor(direction.data, direction.shape),
        ))
      )(features),
    ]);
    results.compare(`${name}/out`, await takeValues(out!));
    results.compare(`${name}/grad_x`, await readChannelsFirst(slope!));
    slope!.dispose();
  }
  features.dispose();
}
