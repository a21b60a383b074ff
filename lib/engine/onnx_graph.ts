/**
 * Writes ONNX graphs: nodes and initial values in, the bytes of a model out.
 *
 * @module
 */
import onnxProto from "onnx-proto";
import { CheckpointError } from "../errors.ts";

const { onnx } = onnxProto;

/** Operator set that the graphs are written for. */
const OPSET = 17;

/** Numbers of element types in onnx.proto. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int64: 7,
  float16: 10,
} as const;

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

/** An input or output; a named dimension is free. */
export interface OnnxValue {
  name: string;
  shape: readonly (number | string)[];
  /** float32 if left out. */
  type?: keyof typeof ELEMENT_TYPES;
}

/** A whole graph. */
export interface OnnxGraph {
  name: string;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  nodes: OnnxNode[];
  constants: OnnxConstant[];
  /** What the file says of the model, by any names. */
  metadata?: Record<string, string>;
}

/** Bytes that a protobuf message can have, less what all but the constants needs at most. */
const MAX_CONSTANT_BYTES = 2 ** 31 - 2 ** 20;

/**
 * Serializes a graph.
 *
 * @throws {CheckpointError} If it would have 2 GB or more.
 *
 * Source: onnx.proto of the ONNX project, IR version 8.
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  checkSize(graph);
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: "whereabouts",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer: graph.constants.map(encodeConstant),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    },
    metadataProps: Object.entries(graph.metadata ?? {})
      .map(([key, value]) => ({ key, value })),
  });
  return onnx.ModelProto.encode(model).finish() as Uint8Array<ArrayBuffer>;
}

function checkSize({ name, constants }: OnnxGraph): void {
  const bytes = constants.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= MAX_CONSTANT_BYTES) return;
  throw new CheckpointError(
    `Cannot write ${(bytes / 1e9).toFixed(1)} GB of weights as ONNX`,
    {
      where: `graph ${name}`,
      fix:
        "use fewer clusters or a whitening to fewer values: a file holds 2 GB",
    },
  );
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
    dataType: ELEMENT_TYPES[data instanceof Float32Array ? "float32" : "int64"],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function encodeValue(
  { name, shape, type = "float32" }: OnnxValue,
): onnxProto.onnx.IValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size }
  );
  const elemType = ELEMENT_TYPES[type];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
