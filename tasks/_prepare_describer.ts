/**
 * From the options of a task to what describes its images.
 *
 * @module
 */
import {
  type EarlierRun,
  type ImageOptions,
  type Model,
  type OnnxDescriber,
  openOnnxDescriber,
  resolveCheckpointOptions,
  resolveOnnxOptions,
  type RunFlags,
  startEngine,
  useWhitening,
  type WhiteningOptions,
} from "../mod.ts";
import type { OnnxFileOptions } from "./_flags_onnx.ts";
import {
  type ModelGroups,
  noteRandomWeights,
  type Prepared,
  prepareModel,
} from "./_prepare.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** A model that only describes, and how it reads images. */
export interface PreparedDescriber extends AsyncDisposable {
  model: Model | OnnxDescriber;
  images: Partial<ImageOptions>;
  /** The run that it is of, if it is not new. */
  earlier?: EarlierRun;
  /** What `--json` says of it, if it is an ONNX file. */
  onnx?: { file: string; sha256: string };
  /** The groups of `flags.json` that open it again: `onnx`, or `model`, `checkpoint` and `centroids`; `whitening`. */
  flags: RunFlags;
}

/** Options that decide on what describes. */
export interface DescriberGroups extends ModelGroups {
  onnx: OnnxFileOptions;
  whitening: WhiteningOptions;
}

/**
 * Starts the engine and opens the ONNX file, or assembles a model of ours; whitens as asked for.
 *
 * @param giveCentroids Sees to the centroids of a model of ours, and says which file they are of, if any.
 */
export async function prepareDescriber<Groups extends DescriberGroups>(
  run: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<DescriberGroups>;
  },
  giveCentroids: (prepared: Prepared) => Promise<string | undefined>,
): Promise<PreparedDescriber> {
  const { onnx: file } = run.options.onnx;
  const prepared = file === undefined
    ? await prepareOwn(run, giveCentroids)
    : await openOnnx(run, file);
  try {
    const given = run.options.whitening;
    useWhitening(prepared.model, given);
    noteWhitening(run, prepared);
    const isAsked = Object.keys(given).length > 0;
    const flags = { ...prepared.flags, ...(isAsked && { whitening: given }) };
    return { ...prepared, flags };
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
}

function noteWhitening<Groups>(
  { note }: Pick<TaskRun<Groups>, "note">,
  { model: { whitening, descriptorLength } }: PreparedDescriber,
): void {
  if (whitening === undefined) return;
  const [, F] = whitening.projection.shape;
  note(`whitening: ${F} values to ${descriptorLength}`);
}

async function prepareOwn<Groups extends DescriberGroups>(
  run: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<DescriberGroups>;
  },
  giveCentroids: (prepared: Prepared) => Promise<string | undefined>,
): Promise<PreparedDescriber> {
  const prepared = await prepareModel(run, null);
  try {
    noteRandomWeights(run);
    const centroids = await giveCentroids(prepared) ?? null;
    const checkpoint = resolveCheckpointOptions(run.options.checkpoint);
    const flags = { model: prepared.model.options, checkpoint, centroids };
    return { ...prepared, flags };
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
}

async function openOnnx<Groups extends DescriberGroups>(
  { options, note }: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<DescriberGroups>;
  },
  file: string,
): Promise<PreparedDescriber> {
  const { onnx: _, ...given } = options.onnx;
  const engine = await startEngine(options.engine);
  note(`engine: ${engine.name} (${engine.device}), ${engine.reason}`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => engine.dispose());
  const model = await openOnnxDescriber(file, given, { engine });
  cleanup.defer(() => model.dispose());
  const { input, output, sha256 } = model;
  note(
    `model: ${file}, pixels ${input.pixels}, ${output.descriptorLength} values of its output ${output.name}`,
  );
  const resources = cleanup.move();
  return {
    model,
    images: options.images,
    onnx: { file, sha256 },
    flags: { onnx: { onnx: file, sha256, ...resolveOnnxOptions(given) } },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
