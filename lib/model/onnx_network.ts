/**
 * One reading of a network: as an ONNX graph, fast and frozen.
 *
 * @module
 */
import {
  encodeOnnx,
  type OnnxConstant,
  type OnnxNode,
} from "../engine/onnx_graph.ts";
import type { Layer, MaxPoolLayer, Normalization } from "./network.ts";
import { outputChannels } from "./layers.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** A graph under construction. */
interface Draft {
  nodes: OnnxNode[];
  constants: OnnxConstant[];
  weights: NamedTensors;
}

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
  const draft: Draft = { nodes: [], constants: [], weights };
  const input = addNormalization(draft, normalization);
  const output = addLayers(draft, layers, input);
  addNode(draft, "Transpose", [output], { perm: [0, 2, 3, 1] }, "features");
  return encodeOnnx({
    name: "encoder",
    inputs: [{ name: "images", shape: ["N", "H", "W", 3] }],
    output: {
      name: "features",
      shape: ["N", "h", "w", outputChannels(layers, 3)],
    },
    nodes: draft.nodes,
    constants: draft.constants,
  });
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
  draft: Draft,
  layers: readonly Layer[],
  input: string,
): string {
  return layers.reduce((value, layer) => addLayer(draft, layer, value), input);
}

function addLayer(draft: Draft, layer: Layer, input: string): string {
  switch (layer.kind) {
    case "conv": {
      const names = [`${layer.weights}.weight`, `${layer.weights}.bias`];
      for (const name of names) {
        const { shape, data } = draft.weights.get(name)!;
        addConstant(draft, name, shape, data);
      }
      return addNode(draft, "Conv", [input, ...names], {
        kernel_shape: [layer.size, layer.size],
        strides: [layer.stride, layer.stride],
        pads: Array(4).fill(layer.padding),
      });
    }
    case "relu":
      return addNode(draft, "Relu", [input]);
    case "maxPool":
      return addNode(draft, "MaxPool", [input], {
        kernel_shape: [layer.size, layer.size],
        strides: [layer.stride, layer.stride],
        pads: layer.ceilMode ? endPadding(layer) : [0, 0, 0, 0],
      });
    case "concat":
      return addNode(
        draft,
        "Concat",
        layer.branches.map((branch) => addLayers(draft, branch, input)),
        { axis: 1 },
      );
  }
}

/**
 * Rounding up is padding at the end by `stride − 1` and rounding down. (With
 * `ceil_mode`, onnxruntime-web 1.30 on WebGPU gives wrong values.)
 */
function endPadding({ stride }: MaxPoolLayer): number[] {
  return [0, 0, stride - 1, stride - 1];
}

function addNode(
  draft: Draft,
  op: string,
  inputs: string[],
  attributes: NonNullable<OnnxNode["attributes"]> = {},
  output = `${op.toLowerCase()}${draft.nodes.length}`,
): string {
  draft.nodes.push({ op, inputs, output, attributes });
  return output;
}

function addConstant(
  draft: Draft,
  name: string,
  shape: readonly number[],
  data: Float32Array,
): void {
  draft.constants.push({ name, shape, data });
}
