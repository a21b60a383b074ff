import { join } from "node:path";
import {
  ELEMENT_TYPES,
  encodeOnnx,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
} from "../../lib/engine/onnx_graph.ts";
import type { Images } from "../../lib/model/model.ts";

/** How a model that is not ours takes images and gives descriptors. */
export interface Stranger {
  /** `[N, 3, H, W]` if left out. */
  shape?: (number | string)[];
  type?: "float32" | "float16" | "uint8";
  /** Its outputs are the mean colours of images: as they are, or as `[N, 3, 1, 1]`. */
  outputs?: (OnnxValue & { keep?: boolean })[];
  metadata?: Record<string, string>;
}

/** An ONNX model whose descriptor is the mean of each channel of its input. */
export function makeStranger(
  {
    shape = ["N", 3, "H", "W"],
    type = "float32",
    outputs = [{ name: "embedding", shape: ["N", 3] }],
    metadata = {},
  }: Stranger = {},
): Uint8Array<ArrayBuffer> {
  const axes = shape[1] === 3 ? [2, 3] : [1, 2];
  const cast = (
    input: string,
    output: string,
    to: keyof typeof ELEMENT_TYPES,
  ): OnnxNode => ({
    op: "Cast",
    inputs: [input],
    output,
    attributes: { to: ELEMENT_TYPES[to] },
  });
  return encodeOnnx({
    name: "stranger",
    inputs: [{ name: "input", shape, type }],
    outputs,
    nodes: [
      cast("input", "numbers", "float32"),
      ...outputs.flatMap(({ name, keep = false, type = "float32" }) => [
        {
          op: "ReduceMean",
          inputs: ["numbers"],
          output: `${name}_float32`,
          attributes: { axes, keepdims: Number(keep) },
        },
        cast(`${name}_float32`, name, type),
      ]),
    ],
    constants: [],
    metadata,
  });
}

/** An ONNX model of one operator. */
export function makeOperator(
  op: string,
  inputs: OnnxValue[],
  output: OnnxValue,
  more: Partial<OnnxGraph> & Pick<OnnxNode, "attributes"> = {},
): Uint8Array<ArrayBuffer> {
  const { attributes = {}, ...graph } = more;
  return encodeOnnx({
    name: op,
    inputs,
    outputs: [output],
    nodes: [{
      op,
      inputs: inputs.map(({ name }) => name),
      output: output.name,
      attributes,
    }],
    constants: [],
    ...graph,
  });
}

/** Writes a model into a folder and returns its path. */
export async function writeModel(
  folder: string,
  bytes: Uint8Array,
  name = "stranger.onnx",
): Promise<string> {
  const path = join(folder, name);
  await Deno.writeFile(path, bytes);
  return path;
}

/** Mean of each channel of each image, `[N, 3]`, of bytes that `scale` has changed. */
export function meanColors(
  { pixels, height, width }: Images,
  scale: (byte: number, channel: number) => number = (byte) => byte,
): number[] {
  const P = height * width;
  const N = pixels.length / (P * 3);
  return Array.from({ length: N * 3 }, (_, i) => {
    const [n, c] = [Math.floor(i / 3), i % 3];
    let sum = 0;
    for (let p = 0; p < P; p++) sum += scale(pixels[(n * P + p) * 3 + c]!, c);
    return sum / P;
  });
}
