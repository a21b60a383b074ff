/**
 * An ONNX graph under construction.
 *
 * @module
 */
import {
  ELEMENT_TYPES,
  type OnnxConstant,
  type OnnxNode,
} from "../engine/onnx_graph.ts";

/** What was added so far. */
export interface Draft {
  nodes: OnnxNode[];
  constants: OnnxConstant[];
}

/** Begins a graph. */
export function createDraft(): Draft {
  return { nodes: [], constants: [] };
}

/**
 * Adds an operator.
 *
 * @param inputs Names of its inputs.
 * @param output Name of its output; one of its own if left out.
 * @returns The name of its output.
 */
export function addNode(
  draft: Draft,
  op: string,
  inputs: string[],
  attributes: NonNullable<OnnxNode["attributes"]> = {},
  output = `${op.toLowerCase()}${draft.nodes.length}`,
): string {
  draft.nodes.push({ op, inputs, output, attributes });
  return output;
}

/** Adds a value that the graph carries with it, and returns its name. */
export function addConstant(
  draft: Draft,
  name: string,
  shape: readonly number[],
  data: OnnxConstant["data"],
): string {
  draft.constants.push({ name, shape, data });
  return name;
}

/** Adds a number. */
export function addScalar(draft: Draft, value: number): string {
  const name = `number${draft.constants.length}`;
  return addConstant(draft, name, [], Float32Array.of(value));
}

/** Adds integers, such as a shape or axes. */
export function addIntegers(draft: Draft, values: readonly number[]): string {
  const name = `integers${draft.constants.length}`;
  const data = BigInt64Array.from(values, BigInt);
  return addConstant(draft, name, [values.length], data);
}

/** Adds an integer. */
export function addInteger(draft: Draft, value: number): string {
  const name = `integer${draft.constants.length}`;
  return addConstant(draft, name, [], BigInt64Array.of(BigInt(value)));
}

/** Adds the size of one axis of a value, as a number of a type. */
export function addSize(
  draft: Draft,
  value: string,
  axis: number,
  type: "float32" | "int64" = "float32",
): string {
  const range = { start: axis, end: axis + 1 };
  const sizes = addNode(draft, "Shape", [value], range); // [1]
  const size = addNode(draft, "Squeeze", [sizes, addIntegers(draft, [0])]);
  if (type === "int64") return size;
  return addNode(draft, "Cast", [size], { to: ELEMENT_TYPES[type] });
}
