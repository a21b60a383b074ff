/**
 * Matrix products on WASM as its one fast path: no transposes, one pair at a time.
 *
 * @module
 */
import * as tf from "../tf.ts";

/** What TensorFlow.js hands to the kernel `BatchMatMul`. */
export interface ProductAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

type Product = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/**
 * Multiplies stacks of matrices by multiplying pairs of matrices.
 *
 * The WASM kernel hands a single untransposed pair to XNNPACK and everything
 * else to a plain loop, which is more than ten times slower.
 *
 * @param product The kernel for one untransposed pair, `[1, R, S] × [1, S, T]`.
 * @returns `[…, R, T]`. The caller disposes it.
 */
export function multiplyPairByPair(
  a: tf.Tensor,
  b: tf.Tensor,
  { transposeA, transposeB }: ProductAttributes,
  product: Product,
): tf.Tensor {
  return tf.tidy(() => {
    const left = asStack(transposeA ? swapLast(a) : a); // [A, R, S]
    const right = asStack(transposeB ? swapLast(b) : b); // [B, S, T]
    const stack = Math.max(left.shape[0], right.shape[0]);
    const outer = a.rank >= b.rank && left.shape[0] === stack
      ? a.shape.slice(0, -2)
      : b.shape.slice(0, -2);
    const pick = (x: tf.Tensor3D, i: number): tf.Tensor3D =>
      x.shape[0] === 1
        ? x
        : tf.slice(x, [i, 0, 0], [1, x.shape[1], x.shape[2]]);
    const products = Array.from(
      { length: stack },
      (_, i) => product(pick(left, i), pick(right, i)),
    );
    const whole = products.length === 1 ? products[0]! : tf.concat(products, 0);
    return tf.reshape(whole, [...outer, left.shape[1], right.shape[2]]);
  });
}

function asStack(x: tf.Tensor): tf.Tensor3D {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return tf.reshape(x, [-1, rows, columns]);
}

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  const [row, column] = axes.splice(-2) as [number, number];
  return tf.transpose(x, [...axes, column, row]);
}
