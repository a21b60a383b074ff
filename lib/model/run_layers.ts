/**
 * The other reading of a network: in TensorFlow.js, differentiable.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import {
  BATCH_NORM_EPSILON,
  type BatchNormLayer,
  type Layer,
  type MaxPoolLayer,
} from "./network.ts";

/** Weights and buffers by state-dict name: filters `[kh, kw, in, out]`, the rest `[out]`. */
export type LayerWeights = ReadonlyMap<string, tf.Tensor>;

/** Stands for "nothing" where a pooling window leaves the image. */
const LOWEST = -3.4e38;

/**
 * Runs layers on features.
 *
 * @param features `[N, H, W, C]`.
 * @returns `[N, h, w, D]`. The caller disposes it; it may be `features` itself if there are no layers.
 */
export function runLayers(
  layers: readonly Layer[],
  features: tf.Tensor4D,
  weights: LayerWeights,
): tf.Tensor4D {
  return tf.tidy(() =>
    layers.reduce((value, layer) => runLayer(layer, value, weights), features)
  );
}

function runLayer(
  layer: Layer,
  input: tf.Tensor4D,
  weights: LayerWeights,
): tf.Tensor4D {
  switch (layer.kind) {
    case "conv": {
      const filter = weights.get(`${layer.weights}.weight`) as tf.Tensor4D;
      const bias = weights.get(`${layer.weights}.bias`);
      const { stride, padding } = layer;
      const product = tf.conv2d(input, filter, stride, padding);
      return bias ? tf.add(product, bias) : product;
    }
    case "batchNorm":
      return normalize(layer, input, weights);
    case "relu":
      return tf.relu(input);
    case "maxPool":
      return tf.maxPool(
        padForPool(layer, input),
        layer.size,
        layer.stride,
        "valid",
      );
    case "concat":
      return tf.concat(
        layer.branches.map((branch) => runLayers(branch, input, weights)),
        3,
      );
    case "residual":
      return tf.relu(tf.add(
        runLayers(layer.main, input, weights),
        runLayers(layer.shortcut, input, weights),
      ));
  }
}

/** A scale and an offset for each channel, differentiable in the layer's weight and bias. */
function normalize(
  layer: BatchNormLayer,
  input: tf.Tensor4D,
  weights: LayerWeights,
): tf.Tensor4D {
  const read = (name: string): tf.Tensor =>
    weights.get(`${layer.weights}.${name}`)!;
  const deviation = tf.sqrt(tf.add(read("running_var"), BATCH_NORM_EPSILON));
  const scale = tf.div(read("weight"), deviation); // [C]
  const offset = tf.sub(
    read("bias"),
    tf.mul(read("running_mean"), scale),
  ); // [C]
  return tf.add(tf.mul(input, scale), offset);
}

/** Adds the rows and columns of windows that are partly outside. */
function padForPool(
  { size, stride, ceilMode, padding = 0 }: MaxPoolLayer,
  input: tf.Tensor4D,
): tf.Tensor4D {
  const [, H, W] = input.shape;
  const missing = (length: number): number =>
    (stride - (length + 2 * padding - size) % stride) % stride;
  const around = (length: number): [number, number] => [
    padding,
    padding + (ceilMode ? missing(length) : 0),
  ];
  const pads = [[0, 0], around(H), around(W), [0, 0]] as [number, number][];
  if (pads.flat().every((pad) => pad === 0)) return input;
  return tf.pad(input, pads, LOWEST) as tf.Tensor4D;
}
