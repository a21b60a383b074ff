/**
 * One reading of a network: as an ONNX graph, fast and frozen.
 *
 * @module
 */
import { encodeOnnx } from "../engine/onnx_graph.ts";
import type {
  BatchNormLayer,
  ConvLayer,
  Layer,
  MaxPoolLayer,
  Normalization,
} from "./network.ts";
import { outputChannels } from "./layers.ts";
import {
  addConstant,
  addIntegers,
  addNode,
  createDraft,
  type Draft,
} from "./onnx_draft.ts";
import type { NamedTensor, NamedTensors } from "./weights/tensors.ts";

/**
 * Writes layers as an ONNX graph from pixels to features.
 *
 * @param layers The frozen layers, from the first on.
 * @param weights State dict with the weights of the layers, `[out, in, kh, kw]`.
 * @param normalization How pixels become the first layer's input.
 * @returns A model with the input `images`, `[N, H, W, 3]` of 0-255, and the
 * output `features`, `[N, h, w, D]`; N, H and W are free.
 */
export function writeOnnxNetwork(
  layers: readonly Layer[],
  weights: NamedTensors,
  normalization: Normalization,
): Uint8Array {
  const draft = createDraft();
  const output = addNetwork(draft, layers, weights, normalization);
  addNode(draft, "Transpose", [output], { perm: [0, 2, 3, 1] }, "features");
  const D = outputChannels(layers, 3);
  return encodeOnnx({
    name: "encoder",
    inputs: [IMAGES],
    outputs: [{ name: "features", shape: ["N", "h", "w", D] }],
    ...draft,
  });
}

/** The input of a network. */
export const IMAGES = { name: "images", shape: ["N", "H", "W", 3] };

/**
 * Adds layers to a graph with the input `IMAGES`.
 *
 * @param weights State dict with the weights of the layers, `[out, in, kh, kw]`.
 * @returns The name of the features, `[N, D, h, w]`.
 */
export function addNetwork(
  draft: Draft,
  layers: readonly Layer[],
  weights: NamedTensors,
  normalization: Normalization,
): string {
  const input = addNormalization(draft, normalization);
  return addLayers({ ...draft, weights }, layers, input);
}

/** A graph, and the weights of its layers. */
interface NetworkDraft extends Draft {
  weights: NamedTensors;
}

/** `(pixel / scale − mean) / std`, then channels first. */
function addNormalization(
  draft: Draft,
  { scale, mean, std }: Normalization,
): string {
  const factor = Float32Array.from(std, (value) => 1 / (scale * value));
  const offset = Float32Array.from(mean, (value, c) => value / std[c]!);
  addConstant(draft, "scale", [3], factor);
  addConstant(draft, "offset", [3], offset);
  const scaled = addNode(draft, "Mul", ["images", "scale"]);
  const centred = addNode(draft, "Sub", [scaled, "offset"]);
  return addNode(draft, "Transpose", [centred], { perm: [0, 3, 1, 2] });
}

function addLayers(
  draft: NetworkDraft,
  layers: readonly Layer[],
  input: string,
): string {
  return layers.reduce((value, layer) => addLayer(draft, layer, value), input);
}

function addLayer(draft: NetworkDraft, layer: Layer, input: string): string {
  switch (layer.kind) {
    case "conv":
      return addConvolution(draft, layer, input);
    case "batchNorm":
      return addBatchNorm(draft, layer, input);
    case "relu":
      return addNode(draft, "Relu", [input]);
    case "maxPool":
      return addNode(draft, "MaxPool", [input], {
        kernel_shape: [layer.size, layer.size],
        strides: [layer.stride, layer.stride],
        pads: poolPadding(layer),
      });
    case "concat":
      return addNode(
        draft,
        "Concat",
        layer.branches.map((branch) => addLayers(draft, branch, input)),
        { axis: 1 },
      );
    case "residual": {
      const parts = [layer.main, layer.shortcut]
        .map((part) => addLayers(draft, part, input));
      return addNode(draft, "Relu", [addNode(draft, "Add", parts)]);
    }
  }
}

/** Its epsilon is `BATCH_NORM_EPSILON`, as ONNX has it where nothing else is said. */
function addBatchNorm(
  draft: NetworkDraft,
  { weights }: BatchNormLayer,
  input: string,
): string {
  const names = ["weight", "bias", "running_mean", "running_var"]
    .map((name) => `${weights}.${name}`);
  for (const name of names) {
    const { shape, data } = draft.weights.get(name)!;
    addConstant(draft, name, shape, data);
  }
  return addNode(draft, "BatchNormalization", [input, ...names]);
}

function addConvolution(
  draft: NetworkDraft,
  { weights, size, stride, padding }: ConvLayer,
  input: string,
): string {
  const [filterName, biasName] = [`${weights}.weight`, `${weights}.bias`];
  const bias = draft.weights.get(biasName);
  const filter = draft.weights.get(filterName)!;
  const extra = countExtraChannels(filter.shape[1]!);
  const wideInput = extra > 0 ? addZeroChannels(draft, input, extra) : input;
  const wideFilter = extra > 0 ? widenFilter(filter, extra) : filter;
  addConstant(draft, filterName, wideFilter.shape, wideFilter.data);
  if (bias) addConstant(draft, biasName, bias.shape, bias.data);
  const operands = [wideInput, filterName, ...(bias ? [biasName] : [])];
  return addNode(draft, "Conv", operands, {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: Array(4).fill(padding),
  });
}

/**
 * Channels of zeros to be added to a convolution's input. (For 6, 9, 15 … channels,
 * multiples of 3 but not of 4, onnxruntime-web 1.30 on WebGPU gives wrong values.)
 */
function countExtraChannels(channels: number): number {
  const isMiscomputed = channels > 3 && channels % 3 === 0 &&
    channels % 4 !== 0;
  return isMiscomputed ? 4 - channels % 4 : 0;
}

function addZeroChannels(draft: Draft, input: string, extra: number): string {
  const atEnd = addIntegers(draft, [0, 0, 0, 0, 0, extra, 0, 0]);
  return addNode(draft, "Pad", [input, atEnd]);
}

/** A filter `[out, in, kh, kw]` with weights of zero for `extra` more channels. */
function widenFilter({ shape, data }: NamedTensor, extra: number): NamedTensor {
  const [D, C, kh, kw] = shape as [number, number, number, number];
  const wide = new Float32Array(D * (C + extra) * kh * kw);
  const length = C * kh * kw;
  for (let d = 0; d < D; d++) {
    const row = data.subarray(d * length, (d + 1) * length);
    wide.set(row, d * (C + extra) * kh * kw);
  }
  return { shape: [D, C + extra, kh, kw], data: wide };
}

/**
 * Rounding up is padding at the end by `stride − 1` and rounding down. (With
 * `ceil_mode`, onnxruntime-web 1.30 on WebGPU gives wrong values.)
 */
function poolPadding(
  { stride, ceilMode, padding = 0 }: MaxPoolLayer,
): number[] {
  const end = padding + (ceilMode ? stride - 1 : 0);
  return [padding, padding, end, end];
}
