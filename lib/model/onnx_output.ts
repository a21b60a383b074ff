/**
 * The output of an ONNX file that has the descriptors.
 *
 * @module
 */
import type { EngineValue } from "../engine/engine.ts";
import { CheckpointError } from "../errors.ts";
import { describeOnnxValue } from "./onnx_input.ts";

/** Where an ONNX file has its descriptors. */
export interface OnnxOutput {
  /** What the file calls it. */
  name: string;
  /** Length of a descriptor, F. */
  descriptorLength: number;
}

const ELEMENT_TYPES = ["float32", "float16", "float64"];

/**
 * Finds the output that has the descriptors: `[N, F]` or `[N, F, 1, 1]` of numbers.
 *
 * @param file Its name, for errors.
 * @param outputs What it says of its outputs.
 * @param wanted Name of the output to take; the first that fits if left out.
 * @param probe Runs the file for one output and gives its shape: where that is not stated.
 * @throws {CheckpointError} If there is none.
 */
export async function findOnnxOutput(
  file: string,
  outputs: readonly EngineValue[],
  wanted: string | undefined,
  probe: (output: string) => Promise<readonly number[]>,
): Promise<OnnxOutput> {
  const candidates = outputs.filter(({ name, type }) =>
    (wanted === undefined || name === wanted) && ELEMENT_TYPES.includes(type)
  );
  const found: EngineValue[] = [];
  for (const { name, type, shape } of candidates) {
    const stated = readLength(shape);
    const known = stated === "unknown" ? await probe(name) : shape;
    const descriptorLength = readLength(known);
    if (typeof descriptorLength === "number") return { name, descriptorLength };
    found.push({ name, type, shape: known });
  }
  const others = outputs.filter(({ name }) =>
    !found.some((output) => output.name === name)
  );
  const what = wanted === undefined
    ? "Cannot find descriptors in what an ONNX model gives"
    : `Cannot take descriptors from the output ${wanted} of an ONNX model`;
  throw new CheckpointError(what, {
    where: `${file} (it has ${
      [...found, ...others].map(describeOnnxValue).join("; ")
    })`,
    fix: wanted === undefined
      ? "give a model with an output [N, F] or [N, F, 1, 1] of numbers"
      : "set onnxOutput to an output [N, F] or [N, F, 1, 1] of numbers, or leave it out",
  });
}

/** F of a shape of descriptors; `none` if it is no such shape, `unknown` if it may become one. */
function readLength(
  shape: readonly (number | null)[],
): number | "none" | "unknown" {
  if (shape.length === 0) return "unknown"; // nothing is stated
  const [, F, ...rest] = shape;
  const isPossible = (shape.length === 2 || shape.length === 4) &&
    rest.every((size) => size === 1 || size === null);
  if (!isPossible) return "none";
  return typeof F !== "number" || rest.includes(null) ? "unknown" : F;
}
