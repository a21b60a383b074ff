import * as tf from "../../lib/engine/tf.ts";
import {
  batchHardTriplet,
  type ClassLossOptions,
  smoothedCrossEntropy,
} from "../../lib/train/class_loss.ts";

/** The options of CGD. */
export const CGD: ClassLossOptions = {
  temperature: 0.5,
  labelSmoothing: 0.1,
  margin: 0.1,
};

type Loss = (rows: tf.Tensor2D, labels: readonly number[]) => tf.Scalar;

/** A loss and its gradient in the rows, on the engine that is running. */
async function differentiate(
  loss: Loss,
  rows: readonly (readonly number[])[],
  labels: readonly number[],
): Promise<{ loss: number; slope: number[][] }> {
  const tensor = tf.tensor2d(rows as number[][]);
  const { value, grad } = tf.valueAndGrad(
    (x: tf.Tensor) => loss(x as tf.Tensor2D, labels),
  )(tensor);
  const [number] = await value.data();
  const slope = await grad.array() as number[][];
  tf.dispose([tensor, value, grad]);
  return { loss: number!, slope };
}

/** Cross-entropy of logits. */
export function crossEntropyOf(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  options = CGD,
): ReturnType<typeof differentiate> {
  const loss: Loss = (logits, labels) =>
    smoothedCrossEntropy(logits, labels, options);
  return differentiate(loss, rows, labels);
}

/** Batch-hard triplet loss of descriptors. */
export function tripletOf(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  options = CGD,
): ReturnType<typeof differentiate> {
  const loss: Loss = (descriptors, labels) =>
    batchHardTriplet(descriptors, labels, options);
  return differentiate(loss, rows, labels);
}
