/**
 * Sizes of a convolution.
 *
 * @module
 */
import * as tf from "../tf.ts";

/** What TensorFlow.js hands to a kernel of a convolution besides its tensors. */
export interface ConvAttributes {
  strides: number | [number, number];
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  dataFormat: "NHWC" | "NCHW";
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** A shape of four axes. */
export type Shape4D = [number, number, number, number];

/** Sizes of the input, the window, the padding and the output. */
export type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** Works out the sizes of a convolution without dilation. */
export function convInfo(
  inputShape: Shape4D,
  filterShape: Shape4D,
  { strides, pad, dimRoundingMode, dataFormat }: ConvAttributes,
): ConvInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat ?? "NHWC"),
  );
}
