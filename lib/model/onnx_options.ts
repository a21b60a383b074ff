/**
 * Options of describing images with an ONNX file.
 *
 * @module
 */
import {
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";

/** What pixels of 0-255 become: ImageNet's normalisation, 0 to 1, or as they are. */
export const ONNX_PIXELS = ["imagenet", "unit", "bytes"] as const;

/** What pixels become; see `ONNX_PIXELS`. */
export type OnnxPixels = typeof ONNX_PIXELS[number];

/** Options of an ONNX file. Each is described, with its unit, here and nowhere else. */
export interface OnnxOptions {
  /** How pixels are scaled; what the file says or, if it does not, `imagenet` where channels come first and `bytes` elsewhere. */
  onnxPixels?: OnnxPixels;
  /** Name of the output with the descriptors; the first that has their shape if left out. */
  onnxOutput?: string;
}

const RULES: Rules<OnnxOptions> = {
  onnxPixels: optional(oneOf(ONNX_PIXELS)),
  onnxOutput: optional(TEXT),
};

/**
 * Checks the options.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveOnnxOptions(
  given: Partial<OnnxOptions> = {},
): Readonly<OnnxOptions> {
  return resolveOptions<OnnxOptions>(given, {
    purpose: "use an ONNX model",
    defaults: {},
    rules: RULES,
  });
}
