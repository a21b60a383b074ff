/**
 * The input of an ONNX file: what it takes, and images made into it.
 *
 * @module
 */
import type { EngineInput, EngineValue } from "../engine/engine.ts";
import { CheckpointError, OptionsError } from "../errors.ts";
import { IMAGENET } from "./architectures.ts";
import type { Images } from "./model.ts";
import type { Normalization } from "./network.ts";
import { ONNX_PIXELS, type OnnxPixels } from "./onnx_options.ts";

const ELEMENT_TYPES = ["float32", "float16", "uint8"] as const;

/** What an ONNX file takes. */
export interface OnnxInput {
  /** What the file calls it. */
  name: string;
  /** Of its elements. */
  type: "float32" | "float16" | "uint8";
  /** Whether it is `[N, 3, H, W]` or `[N, H, W, 3]`. */
  channelsFirst: boolean;
  /** Images of a run; `null` where any number will do, as for rows and columns. */
  batch: number | null;
  /** Rows of an image. */
  height: number | null;
  /** Columns of an image. */
  width: number | null;
  /** How pixels of 0-255 are scaled for it. */
  pixels: OnnxPixels;
}

const NORMALIZATIONS: Record<OnnxPixels, Normalization> = {
  imagenet: IMAGENET,
  unit: { scale: 255, mean: [0, 0, 0], std: [1, 1, 1] },
  bytes: { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
};

/**
 * Finds out what an ONNX file takes.
 *
 * @param file Its name, for errors.
 * @param inputs What it says of its inputs.
 * @param statedPixels What its metadata says of pixels, if it does.
 * @param wantedPixels What the user says of them, if they do.
 * @throws {CheckpointError} If it does not take images.
 * @throws {OptionsError} If pixels cannot be as the user says.
 */
export function findOnnxInput(
  file: string,
  inputs: readonly EngineValue[],
  statedPixels: string | undefined,
  wantedPixels: OnnxPixels | undefined,
): OnnxInput {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(", ") || "none";
    throw notImages(file, `${inputs.length} inputs: ${names}`);
  }
  const { name, shape: [batch, first, second, third] } = input;
  const type = ELEMENT_TYPES.find((type) => type === input.type);
  const channelsFirst = first === 3 || third !== 3;
  const channels = channelsFirst ? first : third;
  if (type === undefined || input.shape.length !== 4 || (channels ?? 3) !== 3) {
    throw notImages(file, `input ${describeOnnxValue(input)}`);
  }
  const stated = ONNX_PIXELS.find((pixels) => pixels === statedPixels);
  const usual = channelsFirst ? "imagenet" : "bytes";
  const pixels = type === "uint8" ? "bytes" : wantedPixels ?? stated ?? usual;
  if (pixels !== (wantedPixels ?? pixels)) {
    throw new OptionsError(`Cannot scale pixels for an input of bytes`, {
      where: `onnxPixels is ${wantedPixels}, ${file} takes uint8`,
      fix: "leave onnxPixels out",
    });
  }
  const [height, width] = channelsFirst ? [second, third] : [first, second];
  const sizes = { batch: batch!, height: height!, width: width! };
  return { name, type, channelsFirst, ...sizes, pixels };
}

/** An input or output in a few characters, such as `images float32 [N, 3, 480, 640]`. */
export function describeOnnxValue({ name, type, shape }: EngineValue): string {
  return `${name} ${type} [${shape.map((size) => size ?? "any").join(", ")}]`;
}

function notImages(file: string, found: string): CheckpointError {
  return new CheckpointError("Cannot give images to an ONNX model", {
    where: `${file} (${found})`,
    fix:
      "give a model with one input, [N, 3, H, W] or [N, H, W, 3] of float32, float16 or uint8",
  });
}

/**
 * Makes images into the input of an ONNX file.
 *
 * @param count Images of the run: those that are missing are black.
 */
export function toOnnxInput(
  { pixels, height, width }: Images,
  { type, channelsFirst, pixels: scaling }: OnnxInput,
  count: number,
): EngineInput {
  const P = height * width;
  const data = createArray(type, count * P * 3);
  const tables = NORMALIZATIONS[scaling];
  const scales = [0, 1, 2].map((c) => scaleBytes(tables, c));
  const N = pixels.length / (P * 3);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < 3; c++) {
      const table = scales[c]!;
      const from = n * P * 3 + c;
      const [to, stride] = channelsFirst ? [(n * 3 + c) * P, 1] : [from, 3];
      for (let p = 0; p < P; p++) {
        data[to + p * stride] = table[pixels[from + p * 3]!]!;
      }
    }
  }
  const shape = channelsFirst
    ? [count, 3, height, width]
    : [count, height, width, 3];
  return { data, shape };
}

function createArray(
  type: OnnxInput["type"],
  length: number,
): EngineInput["data"] {
  switch (type) {
    case "float32":
      return new Float32Array(length);
    case "float16":
      return new Float16Array(length);
    case "uint8":
      return new Uint8Array(length);
  }
}

/** What each byte becomes in a channel: `(byte / scale − mean) / std`. */
function scaleBytes(
  { scale, mean, std }: Normalization,
  channel: number,
): Float32Array {
  return Float32Array.from(
    { length: 256 },
    (_, byte) => (byte / scale - mean[channel]!) / std[channel]!,
  );
}
