/**
 * Writes ONNX graphs: nodes and initial values in, the bytes of a model out.
 *
 * @module
 */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

/** Operator set that the graphs are written for. */
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;

/** One operator of a graph. Integer attributes only: nothing here needs others but strings. */
export interface OnnxNode {
  op: string;
  inputs: string[];
  output: string;
  attributes?: Record<string, number | readonly number[] | string>;
}

/** A value that the graph carries with it: weights, or a shape. */
export interface OnnxConstant {
  name: string;
  shape: readonly number[];
  data: Float32Array | BigInt64Array;
}

/** A float32 input or output; a named dimension is free. */
export interface OnnxValue {
  name: string;
  shape: readonly (number | string)[];
}

/** A whole graph. */
export interface OnnxGraph {
  name: string;
  inputs: OnnxValue[];
  output: OnnxValue;
  nodes: OnnxNode[];
  constants: OnnxConstant[];
}

/**
 * Serializes a graph.
 *
 * Source: onnx.proto of the ONNX project, IR version 8.
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: "whereabouts",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer: graph.constants.map(encodeConstant),
      input: graph.inputs.map(encodeValue),
      output: [encodeValue(graph.output)],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function encodeNode(node: OnnxNode): onnxProto.onnx.INodeProto {
  const attributes = Object.entries(node.attributes ?? {});
  return {
    opType: node.op,
    name: node.output,
    input: node.inputs,
    output: [node.output],
    attribute: attributes.map(([name, value]) => encodeAttribute(name, value)),
  };
}

function encodeAttribute(
  name: string,
  value: number | readonly number[] | string,
): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === "number") {
    return { name, type: AttributeType.INT, i: value };
  }
  if (typeof value === "string") {
    return {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    };
  }
  return { name, type: AttributeType.INTS, ints: [...value] };
}

function encodeConstant(
  { name, shape, data }: OnnxConstant,
): onnxProto.onnx.ITensorProto {
  return {
    name,
    dims: [...shape],
    dataType: data instanceof Float32Array ? FLOAT : INT64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function encodeValue(
  { name, shape }: OnnxValue,
): onnxProto.onnx.IValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size }
  );
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
