/**
 * Between the layout of the golden cases, `[N, C, H, W]`, and the project's, `[N, H, W, C]`.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { toFloat32 } from "../number_types.ts";
import type { Hdf5Numbers } from "../hdf5.ts";

/** Numbers `[N, C, H, W]` as a tensor `[N, H, W, C]`. The caller disposes it. */
export function toChannelsLast({ shape, data }: Hdf5Numbers): tf.Tensor4D {
  const sizes = shape as [number, number, number, number];
  return tf.tidy(() =>
    tf.transpose(tf.tensor4d(toFloat32(data), sizes), [0, 2, 3, 1])
  );
}

/** The values of a tensor `[N, H, W, C]` in the order `[N, C, H, W]`. */
export async function readChannelsFirst(
  tensor: tf.Tensor,
): Promise<Float32Array> {
  const turned = tf.tidy(() => tf.transpose(tensor, [0, 3, 1, 2]));
  return await takeValues(turned);
}

/** The values of a tensor, which is disposed. */
export async function takeValues(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data() as Float32Array;
  tensor.dispose();
  return values;
}
