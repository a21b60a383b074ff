/**
 * Flags of an ONNX file in the place of a model.
 *
 * @module
 */
import { ONNX_PIXELS, type OnnxOptions, resolveOnnxOptions } from "../mod.ts";
import { choice, FILE, text } from "./_flag_types.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import type { AnyGroup, FlagGroup } from "./_spec.ts";

/** An ONNX file, and how it is used. */
export interface OnnxFileOptions extends OnnxOptions {
  /** The file; a model of ours if left out. */
  onnx?: string;
}

/** Anyone's model. */
export const ONNX_FLAGS: FlagGroup<OnnxFileOptions> = {
  title: "ONNX (in the place of model, checkpoint and centroids)",
  defaults: {},
  resolve: ({ onnx: _, ...options }) => resolveOnnxOptions(options),
  flags: {
    onnx: {
      flag: "onnx",
      type: FILE,
      help: "ONNX model that maps images to descriptors",
      absent: "none",
    },
    onnxPixels: {
      flag: "onnx-pixels",
      type: choice(ONNX_PIXELS),
      help: "what it takes: normalised as for ImageNet, 0 to 1, or 0 to 255",
      absent:
        "as its file says; else imagenet if channels come first, bytes if not",
    },
    onnxOutput: {
      flag: "onnx-output",
      type: text("OUTPUT"),
      help: "which of its outputs has the descriptors",
      absent: "the first of such a shape",
    },
  },
};

/** Groups whose place an ONNX file takes. */
const REPLACED = [
  MODEL_FLAGS,
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
] as unknown as AnyGroup[];

/**
 * A check of the tasks: an ONNX file is a whole model.
 *
 * @param onnx What is given of `ONNX_FLAGS`.
 * @param others What is given of the groups whose place it takes.
 */
export function listOnnxConflicts(
  { onnx, ...options }: OnnxFileOptions,
  others: readonly object[],
): string[] {
  if (onnx === undefined) {
    return Object.keys(options).map((option) =>
      `${nameFlag(option, ONNX_FLAGS as unknown as AnyGroup)} is for --onnx`
    );
  }
  return listReplaced("--onnx is a whole model", others, REPLACED);
}

/**
 * Lists the flags that something leaves no place for.
 *
 * @param reason What that is, such as `--onnx is a whole model`.
 * @param others What is given of the groups whose place it takes.
 * @param groups These.
 */
export function listReplaced(
  reason: string,
  others: readonly object[],
  groups: readonly AnyGroup[],
): string[] {
  return others.flatMap(Object.keys).map((option) => {
    const group = groups.find(({ flags }) => option in flags)!;
    return `${reason}, which leaves no ${nameFlag(option, group)}`;
  });
}

function nameFlag(option: string, { flags }: AnyGroup): string {
  return `--${flags[option]!.flag}`;
}
