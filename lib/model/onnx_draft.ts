/**
 * An ONNX graph under construction.
 *
 * @module
 */
import type { OnnxConstant, OnnxNode } from "../engine/onnx_graph.ts";

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
