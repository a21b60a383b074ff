import * as tf from "../../lib/engine/tf.ts";
import type { Normalization } from "../../lib/model/network.ts";

/**
 * Turns pixels into the input of a network.
 *
 * @param pixels 0-255, `[N, H, W, 3]`.
 * @returns `[N, H, W, 3]`. The caller disposes it.
 */
export function normalizePixels(
  pixels: tf.Tensor4D,
  { scale, mean, std }: Normalization,
): tf.Tensor4D {
  return tf.tidy(() =>
    tf.div(
      tf.sub(tf.div(pixels, scale), tf.tensor1d([...mean])),
      tf.tensor1d([...std]),
    )
  );
}
