/**
 * The gradient of max pooling on WASM.
 *
 * TensorFlow.js's own kernel loses the gradient of windows without a positive
 * value (4.22.0), and is slower.
 *
 * @module
 */
import * as tf from "../tf.ts";

/** What TensorFlow.js hands to the kernel `MaxPoolGrad` besides its tensors. */
export interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: Parameters<typeof tf.backend_util.computePool2DInfo>[4];
  dimRoundingMode?: "floor" | "round" | "ceil";
}

type PoolInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>;

/**
 * Hands the gradient of each window to its largest value, the first among equals.
 *
 * @param dy Gradient of the output, `[N, h, w, C]`.
 * @param input What was pooled, `[N, H, W, C]`.
 * @returns `[N, H, W, C]`. The caller disposes it.
 */
export function maxPoolGradient(
  dy: tf.Tensor4D,
  input: tf.Tensor4D,
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): tf.Tensor4D {
  const info = tf.backend_util.computePool2DInfo(
    input.shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const slopes = dy.dataSync();
  const values = input.dataSync();
  const gradient = new Float32Array(values.length);
  const C = info.inChannels;
  const { batchSize, outHeight, outWidth } = info;
  let at = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const window = listWindow(info, n, y, x);
        for (let c = 0; c < C; c++, at++) {
          gradient[largestOf(values, window, c)]! += slopes[at]!;
        }
      }
    }
  }
  return tf.tensor4d(gradient, input.shape);
}

/** Where the first channel of each position of a window lies. */
function listWindow(info: PoolInfo, n: number, y: number, x: number): number[] {
  const top = y * info.strideHeight - info.padInfo.top;
  const left = x * info.strideWidth - info.padInfo.left;
  const positions: number[] = [];
  for (let row = top; row < top + info.filterHeight; row++) {
    if (row < 0 || row >= info.inHeight) continue;
    for (let column = left; column < left + info.filterWidth; column++) {
      if (column < 0 || column >= info.inWidth) continue;
      const pixel = (n * info.inHeight + row) * info.inWidth + column;
      positions.push(pixel * info.inChannels);
    }
  }
  return positions;
}

function largestOf(
  values: ArrayLike<number>,
  window: readonly number[],
  channel: number,
): number {
  let largest = window[0]! + channel;
  for (let i = 1; i < window.length; i++) {
    const index = window[i]! + channel;
    if (values[index]! > values[largest]!) largest = index;
  }
  return largest;
}
