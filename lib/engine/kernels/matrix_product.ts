/**
 * Matrix products on WASM.
 *
 * @module
 */
import * as tf from "../tf.ts";
import {
  lanesInColumns,
  lanesInRows,
  multiplySides,
  Workspace,
} from "./block_products.ts";

/** What TensorFlow.js hands to the kernel `BatchMatMul`. */
export interface ProductAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * Multiplies stacks of matrices; a stack of one meets every matrix of the other.
 *
 * @param a `[…, R, S]`, or `[…, S, R]` if it is transposed.
 * @param b `[…, S, T]`, or `[…, T, S]` if it is transposed.
 * @returns `[…, R, T]`. The caller disposes it.
 */
export function multiplyMatrices(
  a: tf.Tensor,
  b: tf.Tensor,
  { transposeA, transposeB }: ProductAttributes,
): tf.Tensor {
  const [R, S] = lastSizes(a, transposeA);
  const [, T] = lastSizes(b, transposeB);
  const stacks = { a: a.size / (R * S), b: b.size / (S * T) };
  const stack = Math.max(stacks.a, stacks.b);
  const outer = (stacks.a === stack && a.rank >= b.rank ? a : b)
    .shape.slice(0, -2);
  const values = { a: pick(a, stacks.a), b: pick(b, stacks.b) };
  const products = new Float32Array(stack * R * T);
  for (let i = 0; i < stack; i++) {
    const workspace = new Workspace();
    const left = workspace.write(values.a(i));
    const right = workspace.write(values.b(i));
    const sides = {
      left: transposeA ? lanesInColumns(left, R) : lanesInRows(left, R, S),
      right: transposeB ? lanesInRows(right, T, S) : lanesInColumns(right, T),
      depth: S,
    };
    const product = products.subarray(i * R * T, (i + 1) * R * T);
    multiplySides(workspace, sides, product);
  }
  return tf.tensor(products, [...outer, R, T]);
}

/** Rows and columns of each matrix, as they are multiplied. */
function lastSizes(x: tf.Tensor, transpose: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
}

/** Values of the matrices of a stack. */
function pick(x: tf.Tensor, stack: number): (i: number) => Float32Array {
  const values = x.dataSync() as Float32Array;
  const size = x.size / stack;
  return (i) => {
    const start = stack === 1 ? 0 : i * size;
    return values.subarray(start, start + size);
  };
}
