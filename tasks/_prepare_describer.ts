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
  /** The groups of `flags.json` that open it again: `onnx`, or `model`, `checkpoint` and `centroids`. */
  flags: RunFlags;
}

/** Options that decide on what describes. */
interface DescriberGroups extends ModelGroups {
  onnx: OnnxFileOptions;
}

/**
 * Starts the engine and opens the ONNX file, or assembles a model of ours.
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
  if (file !== undefined) return await openOnnx(run, file);
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
