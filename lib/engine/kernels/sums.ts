/**
 * Sums over axes on WASM, kept in double precision.
 *
 * @module
 */
import * as tf from "../tf.ts";

/** What TensorFlow.js hands to the kernels `Sum` and `Mean`. */
export interface SumAttributes {
  axis: number | number[];
  keepDims: boolean;
}

/**
 * Adds up values over axes.
 *
 * @returns The other axes; with `keepDims` also those of the sum, of length 1. The caller disposes it.
 */
export function sumOver(x: tf.Tensor, attributes: SumAttributes): tf.Tensor {
  return reduce(x, attributes, (sum) => sum);
}

/** Averages values over axes; the rest as `sumOver`. */
export function meanOver(x: tf.Tensor, attributes: SumAttributes): tf.Tensor {
  return reduce(x, attributes, (sum, count) => sum / count);
}

function reduce(
  x: tf.Tensor,
  { axis, keepDims }: SumAttributes,
  finish: (sum: number, count: number) => number,
): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const ordered = tf.transpose(x, [...others, ...axes]);
  const values = ordered.dataSync();
  ordered.dispose();
  const shape = x.shape.flatMap((length, i) => {
    if (!axes.includes(i)) return [length];
    return keepDims ? [1] : [];
  });
  const results = new (x.dtype === "int32" ? Int32Array : Float32Array)(
    tf.util.sizeFromShape(shape),
  );
  const count = values.length / results.length;
  for (let i = 0; i < results.length; i++) {
    let sum = 0;
    for (let j = i * count; j < (i + 1) * count; j++) sum += values[j]!;
    results[i] = finish(sum, count);
  }
  return tf.tensor(results, shape, x.dtype);
}
