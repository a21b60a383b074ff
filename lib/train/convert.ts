/**
 * Weights from one kind of file to another.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import { checkWritable } from "../files.ts";
import type { ModelOptions } from "../model/options.ts";
import type { WeightsFormat } from "../model/weights/weights_format.ts";
import { settleModel } from "./convert_model.ts";
import {
  type ConvertOptions,
  formatOf,
  resolveConvertOptions,
  type TargetFormat,
} from "./convert_options.ts";
import { type LeftOut, readSource } from "./convert_source.ts";
import {
  listLeftOut,
  listMapped,
  type MappedTensor,
} from "./convert_report.ts";
import { writeTarget } from "./convert_target.ts";

/** What a conversion did. */
export interface Conversion {
  /** File that was read: of a run, that of its checkpoint. */
  input: string;
  /** Its format. */
  inputFormat: WeightsFormat;
  /** The file that was written. */
  output: string;
  /** Its format. */
  format: TargetFormat;
  /** What is known of the model. */
  model: Partial<ModelOptions>;
  /** Epoch of the checkpoint, if it is one. */
  epoch?: number;
  /** Where each tensor went. */
  mapped: MappedTensor[];
  /** What the target does not have, and why. */
  leftOut: LeftOut[];
}

/**
 * Converts weights: to safetensors, a `.pth.tar` of pytorch-NetVlad, a `.pth` state dict,
 * or an ONNX model.
 *
 * The network, its width and its aggregation layer are told by the weights themselves, by
 * what the file says, and by the flags of a run. Parameters, optimizer state and results go
 * from one format to the other and back to the bit.
 *
 * @param input File of weights of any kind, or run folder of ours or of pytorch-NetVlad.
 * @param output File to write; the end of its name says what.
 * @param given What the weights do not tell of the model, and which checkpoint of a run.
 * @throws {OptionsError} If an option is wrong, is missing, or the output is the input.
 * @throws {CheckpointError} If the input is damaged or fits no network, or the output cannot
 * be written; what was there stays.
 *
 * @example
 * ```ts
 * import { convertWeights } from "@whereabouts/whereabouts";
 *
 * async function toPytorch(run: string): Promise<void> {
 *   const { mapped, leftOut } = await convertWeights(run, "model_best.pth.tar", {
 *     checkpoint: "best",
 *   });
 *   console.log(mapped.length, leftOut);
 * }
 * ```
 */
export async function convertWeights(
  input: string,
  output: string,
  given: Partial<ConvertOptions> = {},
): Promise<Conversion> {
  const { checkpoint, stated } = resolveConvertOptions(given);
  const format = formatOf(output);
  const source = await readSource(input, checkpoint);
  await checkOther([input, source.path], output);
  const model = settleModel(source, stated);
  await checkWritable(output);
  const target = await writeTarget(output, format, source, model);
  return {
    input: source.path,
    inputFormat: source.weights.format,
    output,
    format,
    model: model.options,
    ...(source.checkpoint && { epoch: source.checkpoint.state.epoch }),
    mapped: listMapped(source, model, target),
    leftOut: listLeftOut(source, model, format, target),
  };
}

/** The output is neither the input nor a file in the run that is converted. */
async function checkOther(inputs: string[], output: string): Promise<void> {
  const target = await Deno.realPath(output).catch(() => undefined);
  if (target === undefined) return; // nothing is there yet
  for (const input of inputs) {
    const source = await Deno.realPath(input);
    if (target === source || target.startsWith(`${source}/`)) {
      throw new OptionsError("Cannot convert weights onto themselves", {
        where: output,
        fix: "give another output",
      });
    }
  }
}
