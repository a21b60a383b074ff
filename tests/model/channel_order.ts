import * as tf from "../../lib/engine/tf.ts";
import type { GoldenArrays } from "../golden/read_arrays.ts";

/** An array `[N, C, H, W]` of a golden case as a tensor `[N, H, W, C]`. */
export function readChannelsLast(
  golden: GoldenArrays,
  name: string,
): tf.Tensor4D {
  const shape = golden.shape(name) as [number, number, number, number];
  return tf.tidy(() =>
    tf.transpose(tf.tensor4d(golden.float32(name), shape), [0, 2, 3, 1])
  );
}

/** The values of a tensor `[N, H, W, C]` in the order `[N, C, H, W]`. */
export function channelsFirst(tensor: tf.Tensor): Float32Array {
  return tf.tidy(() =>
    tf.transpose(tensor, [0, 3, 1, 2]).dataSync() as Float32Array
  );
}
