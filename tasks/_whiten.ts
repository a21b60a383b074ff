/**
 * Fitting a whitening before an evaluation, and keeping it.
 *
 * @module
 */
import { join } from "node:path";
import {
  type DatasetOptions,
  type DescribeOptions,
  type ImageOptions,
  resolveDatasetOptions,
  resolveWhitenOptions,
  type RunFlags,
  whitenModel,
  type WhitenOptions,
  type WhitenResult,
  writeWhitening,
} from "../mod.ts";
import { prepareDataset } from "./_prepare.ts";
import type { PreparedDescriber } from "./_prepare_describer.ts";
import type { TaskRun } from "./_run.ts";
import { quote } from "./_shell_word.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options that decide on a whitening. */
export interface WhitenGroups {
  dataset: DatasetOptions;
  images: ImageOptions;
  random: { seed: number };
  describe: DescribeOptions;
  whiten: WhitenOptions;
}

/** File of a whitening in the folder of an evaluation. */
const WHITENING_FILE = "whitening.safetensors";

/** What an evaluation is called, so that one with a whitening does not replace one without. */
export function nameWhitened<Groups extends WhitenGroups>(
  title: string,
  { options }: { options: GivenOptions<Pick<Groups, "whiten">> },
  { model }: Pick<PreparedDescriber, "model">,
): string {
  const length = options.whiten.whitenLength ??
    (model.whitening && model.descriptorLength);
  return length === undefined ? title : `${title}_whitened_${length}`;
}

/**
 * Fits a whitening to the training split's database, and gives it to the model.
 *
 * @param more Where descriptors are kept meanwhile unless `--cache-path` says so, and the file to write, if any.
 */
export async function fitWhitening<Groups extends WhitenGroups>(
  run: Pick<TaskRun<Groups>, "show"> & {
    options: GivenOptions<WhitenGroups>;
  },
  { model, images }: Pick<PreparedDescriber, "model" | "images">,
  more: { cachePath: string; output?: string },
): Promise<WhitenResult> {
  const { whiten, random, describe } = run.options;
  const { cachePath, ...output } = more;
  return await run.show(whitenModel(model, await prepareDataset(run, "train"), {
    ...whiten,
    ...random,
    ...output,
    images,
    describe: { cachePath, ...describe },
  }));
}

/** The weights file that a whitened model goes to: in its run folder, or in `weights`. */
export function nameWhitenedFile(
  { whiten, dataset }: GivenOptions<WhitenGroups>,
  { model, earlier }: Pick<PreparedDescriber, "model" | "earlier">,
): string {
  const { whitenLength } = resolveWhitenOptions(whiten);
  const end = `whitened_${whitenLength}.safetensors`;
  if (earlier?.checkpoint && !earlier.isForeign) {
    const { path } = earlier.checkpoint;
    return path.replace(/\.safetensors$/, `_${end}`);
  }
  const { dataset: name } = resolveDatasetOptions(dataset);
  return join("weights", `${model.name}_${name}_${end}`);
}

/** The command that evaluates a whitened model. */
export function suggestUse(
  output: string,
  { earlier, onnx }: Pick<PreparedDescriber, "earlier" | "onnx">,
): string {
  const file = quote(output);
  if (onnx) {
    return `deno task test --onnx ${quote(onnx.file)} --whitening ${file}`;
  }
  return earlier
    ? `deno task test --resume ${quote(earlier.folder)} --whitening ${file}`
    : `deno task test --weights ${file}`;
}

/** Keeps a fitted whitening in the folder of an evaluation; returns the group of `flags.json` that names it. */
export async function keepWhitening(
  run: Pick<TaskRun<unknown>, "say">,
  folder: string,
  { whitening }: WhitenResult,
): Promise<RunFlags> {
  const path = join(folder, WHITENING_FILE);
  await writeWhitening(path, whitening);
  run.say(`whitening: ${path} (--whitening takes it)`);
  return { whitening: { whitening: path } };
}
