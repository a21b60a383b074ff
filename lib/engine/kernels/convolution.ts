/**
 * Convolution and its gradients on WASM, as products with sums in double precision.
 *
 * @module
 */
import * as tf from "../tf.ts";
import {
  type ConvAttributes,
  type ConvInfo,
  convInfo,
  type Shape4D,
} from "./conv_info.ts";
import { lanesInColumns, multiplySides, Workspace } from "./block_products.ts";
import {
  flippedFilterAsLanes,
  placeImages,
  windowRowAsLanes,
  type Windows,
  windowsAsLanes,
} from "./window_sides.ts";

/**
 * Convolves images.
 *
 * @param x `[N, H, W, C]`.
 * @param filter `[kh, kw, C, D]`.
 * @returns `[N, h, w, D]`. The caller disposes it.
 */
export function convolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  attributes: ConvAttributes,
): tf.Tensor4D {
  const info = convInfo(x.shape, filter.shape, attributes);
  const [kh, kw, C, D] = filter.shape;
  const workspace = new Workspace();
  const windows = inputWindows(workspace, x, info);
  const result = new Float32Array(windows.count * D);
  multiplySides(workspace, {
    left: windowsAsLanes(windows),
    right: lanesInColumns(workspace.write(valuesOf(filter)), D),
    depth: kh * kw * C,
  }, result);
  return tf.tensor4d(result, info.outShape);
}

/**
 * Gradient of a convolution's filter: row by row of the filter, the product of
 * what its windows saw with the gradient of the output.
 *
 * @param x Input, `[N, H, W, C]`.
 * @param dy Gradient of the output, `[N, h, w, D]`.
 * @returns `[kh, kw, C, D]`. The caller disposes it.
 */
export function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  attributes: ConvAttributes,
): tf.Tensor4D {
  const info = convInfo(x.shape, filterShape, attributes);
  const [kh, kw, C, D] = filterShape;
  const workspace = new Workspace();
  const windows = inputWindows(workspace, x, info);
  const right = lanesInColumns(workspace.write(valuesOf(dy)), D);
  const result = new Float32Array(kh * kw * C * D);
  const rowSize = kw * C * D;
  for (let row = 0; row < kh; row++) {
    multiplySides(workspace, {
      left: windowRowAsLanes(windows, row),
      right,
      depth: windows.count,
    }, result.subarray(row * rowSize, (row + 1) * rowSize));
  }
  return tf.tensor4d(result, filterShape);
}

/**
 * Gradient of a convolution's input: the output's gradient, spread by the stride,
 * convolved with the flipped and transposed filter.
 *
 * @param dy Gradient of the output, `[N, h, w, D]`.
 * @param filter `[kh, kw, C, D]`.
 * @returns `[N, H, W, C]`. The caller disposes it.
 */
export function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  attributes: ConvAttributes,
): tf.Tensor4D {
  const info = convInfo(inputShape, filter.shape, attributes);
  const [kh, kw, C, D] = filter.shape;
  const [N, H, W] = inputShape;
  const workspace = new Workspace();
  const images = placeImages(workspace, valuesOf(dy), {
    shape: dy.shape,
    rows: H + kh - 1,
    columns: W + kw - 1,
    top: kh - 1 - info.padInfo.top,
    left: kw - 1 - info.padInfo.left,
    stepHeight: info.strideHeight,
    stepWidth: info.strideWidth,
  });
  const windows: Windows = {
    images,
    rowLength: kw * D,
    count: N * H * W,
    outHeight: H,
    outWidth: W,
    strideHeight: 1,
    strideWidth: 1,
  };
  const result = new Float32Array(N * H * W * C);
  multiplySides(workspace, {
    left: windowsAsLanes(windows),
    right: flippedFilterAsLanes(
      workspace.write(valuesOf(filter)),
      filter.shape,
    ),
    depth: kh * kw * D,
  }, result);
  return tf.tensor4d(result, inputShape);
}

/** Writes the input of a convolution and finds its windows. */
function inputWindows(
  workspace: Workspace,
  x: tf.Tensor4D,
  info: ConvInfo,
): Windows {
  const { outHeight, outWidth, strideHeight, strideWidth } = info;
  const images = placeImages(workspace, valuesOf(x), {
    shape: x.shape,
    rows: (outHeight - 1) * strideHeight + info.filterHeight,
    columns: (outWidth - 1) * strideWidth + info.filterWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    stepHeight: 1,
    stepWidth: 1,
  });
  return {
    images,
    rowLength: info.filterWidth * info.inChannels,
    count: info.batchSize * outHeight * outWidth,
    outHeight,
    outWidth,
    strideHeight,
    strideWidth,
  };
}

function valuesOf(x: tf.Tensor): Float32Array {
  return x.dataSync() as Float32Array;
}
