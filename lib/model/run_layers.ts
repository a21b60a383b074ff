/**
 * The other reading of a network: in TensorFlow.js, differentiable.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import type { Layer, MaxPoolLayer } from "./network.ts";

/** Weights by state-dict name: filters `[kh, kw, in, out]`, biases `[out]`. */
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
      const bias = weights.get(`${layer.weights}.bias`)!;
      const { stride, padding } = layer;
      return tf.add(tf.conv2d(input, filter, stride, padding), bias);
    }
    case "relu":
      return tf.relu(input);
    case "maxPool":
      return tf.maxPool(
        layer.ceilMode ? padForCeil(layer, input) : input,
        layer.size,
        layer.stride,
        "valid",
      );
    case "concat":
      return tf.concat(
        layer.branches.map((branch) => runLayers(branch, input, weights)),
        3,
      );
  }
}

/** Adds the rows and columns that the last, partly outside windows need. */
function padForCeil(layer: MaxPoolLayer, input: tf.Tensor4D): tf.Tensor4D {
  const [, H, W] = input.shape;
  const missing = (length: number): number =>
    (layer.stride - (length - layer.size) % layer.stride) % layer.stride;
  return tf.pad(
    input,
    [[0, 0], [0, missing(H)], [0, missing(W)], [0, 0]],
    LOWEST,
  ) as tf.Tensor4D;
}
