/**
 * The two gradients of a convolution on WebGPU, made of a convolution and matrix products.
 *
 * TensorFlow.js's own are naive loops.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { type ConvAttributes, type ConvInfo, convInfo } from "./conv_info.ts";

/**
 * Positions that one product adds up over, at most. More of them are more products
 * at once, so that a GPU has work for all its parts where filters are small; and
 * Mesa's software adapter ends loops after about 65 000 turns without a word.
 */
const MAX_POSITIONS = 8192;

/**
 * Gradient of a convolution's filter: for each offset of the window, the product
 * of the shifted input with the output's gradient, in parts of a few rows.
 *
 * @param x Input, `[N, H, W, C]`.
 * @param dy Gradient of the output, `[N, h, w, D]`.
 * @returns `[kh, kw, C, D]`. The caller disposes it.
 */
export function convolutionFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: [number, number, number, number],
  attributes: ConvAttributes,
): tf.Tensor4D {
  const info = convInfo(x.shape, filterShape, attributes);
  const { batchSize: N, outHeight: h, outWidth: w } = info;
  const { strideHeight, strideWidth } = info;
  const [kh, kw, C, D] = filterShape;
  const parts = N * h / rowsOfPart(N * h, w);
  return tf.tidy(() => {
    const { rows, columns } = paddedSize(info);
    const { top, left } = info.padInfo;
    const padded = padOrCrop(x, [top, rows], [left, columns]); // [N, H', W', C]
    const slopes = tf.reshape(dy, [parts, -1, D]); // [parts, positions, D]
    const products: tf.Tensor[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        products.push(tf.tidy(() => {
          const window = tf.stridedSlice(
            padded,
            [0, i, j, 0],
            [
              N,
              i + (h - 1) * strideHeight + 1,
              j + (w - 1) * strideWidth + 1,
              C,
            ],
            [1, strideHeight, strideWidth, 1],
          ); // [N, h, w, C]
          const inputs = tf.reshape(window, [parts, -1, C]); // [parts, positions, C]
          return tf.sum(tf.matMul(inputs, slopes, true), 0); // [C, D]
        }));
      }
    }
    return tf.reshape(tf.stack(products), filterShape); // [kh, kw, C, D]
  });
}

/** The most rows of `w` positions that divide all rows and are not too long together; at least one. */
function rowsOfPart(rows: number, w: number): number {
  let count = Math.max(1, Math.min(rows, Math.floor(MAX_POSITIONS / w)));
  while (rows % count !== 0) count--;
  return count;
}

/**
 * Gradient of a convolution's input: the output's gradient, spread by the stride,
 * convolved with the flipped and transposed filter.
 *
 * @param dy Gradient of the output, `[N, h, w, D]`.
 * @param filter `[kh, kw, C, D]`.
 * @returns `[N, H, W, C]`. The caller disposes it.
 */
export function convolutionInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: [number, number, number, number],
  attributes: ConvAttributes,
): tf.Tensor4D {
  const info = convInfo(inputShape, filter.shape, attributes);
  const [kh, kw] = filter.shape;
  return tf.tidy(() => {
    const spread = spreadByStride(dy, info.strideHeight, info.strideWidth);
    const padded = padOrCrop(
      spread,
      [kh - 1 - info.padInfo.top, info.inHeight + kh - 1],
      [kw - 1 - info.padInfo.left, info.inWidth + kw - 1],
    ); // [N, H + kh - 1, W + kw - 1, D]
    const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]); // [kh, kw, D, C]
    return tf.conv2d(padded, flipped as tf.Tensor4D, 1, "valid");
  });
}

/** Rows and columns that the windows touch, padding included. */
function paddedSize(info: ConvInfo): { rows: number; columns: number } {
  return {
    rows: (info.outHeight - 1) * info.strideHeight + info.filterHeight,
    columns: (info.outWidth - 1) * info.strideWidth + info.filterWidth,
  };
}

/** Puts zeros before rows and columns (or drops some) and makes them `size` long. */
function padOrCrop(
  x: tf.Tensor4D,
  [top, rows]: [number, number],
  [left, columns]: [number, number],
): tf.Tensor4D {
  const [N, H, W, C] = x.shape;
  const bottom = rows - top - H;
  const right = columns - left - W;
  const cut = (size: number, before: number, after: number): number =>
    size + Math.min(before, 0) + Math.min(after, 0);
  const kept = tf.slice(
    x,
    [0, Math.max(-top, 0), Math.max(-left, 0), 0],
    [N, cut(H, top, bottom), cut(W, left, right), C],
  );
  return tf.pad(kept, [
    [0, 0],
    [Math.max(top, 0), Math.max(bottom, 0)],
    [Math.max(left, 0), Math.max(right, 0)],
    [0, 0],
  ]) as tf.Tensor4D;
}

/** Puts `stride - 1` zeros after each row and column. */
function spreadByStride(
  dy: tf.Tensor4D,
  strideHeight: number,
  strideWidth: number,
): tf.Tensor4D {
  const [N, h, w, D] = dy.shape;
  const rows = followByZeros(dy, N * h, strideHeight, w * D);
  const columns = followByZeros(rows, N * h * strideHeight * w, strideWidth, D);
  return tf.reshape(columns, [N, h * strideHeight, w * strideWidth, D]);
}

/** Follows each of `count` runs of `length` values by `stride - 1` runs of zeros. */
function followByZeros(
  x: tf.Tensor,
  count: number,
  stride: number,
  length: number,
): tf.Tensor {
  if (stride === 1) return x;
  const runs = tf.reshape(x, [count, 1, length]);
  return tf.concat([runs, tf.zeros([count, stride - 1, length])], 1);
}
