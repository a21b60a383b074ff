/**
 * Gradients by the name of their variable: sums of them, and whether they are finite.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";

/** Sums and disposes both; the first sums are the gradients themselves. */
export function addGradients(
  sums: tf.NamedTensorMap,
  more: tf.NamedTensorMap,
): tf.NamedTensorMap {
  return Object.fromEntries(
    Object.entries(more).map(([name, gradient]) => {
      const before = sums[name];
      if (before === undefined) return [name, gradient];
      const sum = tf.add(before, gradient);
      tf.dispose([before, gradient]);
      return [name, sum];
    }),
  );
}

/**
 * The loss, which is not a number where a gradient is not finite; disposes it as it
 * was. Where a descriptor is not a number, gradients are none either, while the
 * loss may be: the WASM backend's `relu` takes some NaN for 0.
 */
export function alsoNaN(
  loss: tf.Scalar,
  gradients: tf.NamedTensorMap,
): tf.Scalar {
  const checked = tf.tidy(() =>
    Object.values(gradients).reduce(
      (sum, gradient) => tf.add(sum, tf.sum(tf.mul(gradient, 0))),
      loss as tf.Tensor,
    )
  );
  loss.dispose();
  return checked as tf.Scalar;
}
