/**
 * From the folder of a report to the model and the dataset that it is of.
 *
 * @module
 */
import {
  type CheckpointOptions,
  type DatasetOptions,
  drain,
  type EngineOptions,
  type ImageOptions,
  type ModelOptions,
  type OpenReport,
  openReport,
  OptionsError,
  type PlaceDataset,
  readDataset,
  readRunFlags,
  startRegionWhitening,
  useCentroidFile,
  type WhiteningOptions,
} from "../mod.ts";
import type { FoundOptions } from "./_flags_found.ts";
import type { OnnxFileOptions } from "./_flags_onnx.ts";
import {
  type PreparedDescriber,
  prepareDescriber,
} from "./_prepare_describer.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options of exploring besides those of the server. */
interface ExploredGroups {
  checkpoint: Pick<CheckpointOptions, "checkpoint">;
  dataset: Pick<DatasetOptions, "dataPath" | "positions">;
  engine: EngineOptions;
}

/** What `flags.json` says of an evaluation, or of a run. */
interface ReportFlags {
  dataset: Partial<DatasetOptions>;
  images: Partial<ImageOptions>;
  model?: Partial<ModelOptions>;
  /** Of an evaluation of ours. */
  checkpoint?: Partial<CheckpointOptions>;
  /** Of an evaluation of an ONNX file. */
  onnx?: OnnxFileOptions & { sha256: string };
  /** Of an evaluation of what another program found. */
  found?: FoundOptions;
  /** Of an evaluation of whitened descriptors. */
  whitening?: WhiteningOptions;
  /** Centroid file that a new model began with. */
  centroids?: string | null;
  /** Of a run. */
  validation?: { valFrames?: string };
}

/** What is explored. */
export interface Explored extends AsyncDisposable {
  report: OpenReport;
  model: PreparedDescriber["model"];
  images: Partial<ImageOptions>;
  dataset: PlaceDataset;
}

/**
 * Opens the report of a folder, and the model and the dataset that its `flags.json` tells of.
 *
 * In a run folder the model is a checkpoint of that run, and the split that of its report.
 */
export async function prepareExplore<Groups extends ExploredGroups>(
  run: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<ExploredGroups>;
  },
  folder: string,
): Promise<Explored> {
  const report = await openReport(folder);
  const flags = await readRunFlags(folder, [
    "dataset",
    "images",
  ]) as unknown as ReportFlags;
  if (flags.found) throw withoutModel(folder, flags.found);
  const where = { ...flags.dataset, ...run.options.dataset };
  const dataset = await readDataset({
    ...where,
    ...chooseSplit(report, flags),
  });
  const { engine, checkpoint } = run.options;
  const prepared = await prepareDescriber({
    ...run,
    options: { engine, ...openAgain(folder, flags, checkpoint) },
  }, async ({ model, images }) => {
    const { centroids } = flags;
    if (model.needsRegionWhitening) {
      const train = await readDataset({ ...where, split: "train" });
      await drain(startRegionWhitening(model, train, { images }));
    }
    if (!model.needsCentroids || !centroids) return undefined;
    await useCentroidFile(model, centroids);
    return centroids;
  });
  return {
    report,
    model: prepared.model,
    images: prepared.images,
    dataset,
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  };
}

function withoutModel(folder: string, found: FoundOptions): OptionsError {
  return new OptionsError("Cannot explore a report without a model", {
    where: `${folder} is of ${Object.values(found).join(" and ")}`,
    fix: "open its report.html as it is: only a model can locate photos",
  });
}

/** The split that the report is of; frames that were set aside to validate on. */
function chooseSplit(
  { data: { dataset: { split } } }: OpenReport,
  { dataset, validation }: ReportFlags,
): Partial<DatasetOptions> {
  const { valFrames } = validation ?? {};
  return {
    ...(dataset.dataset !== "frames" && split !== "all" && {
      split: split as DatasetOptions["split"],
    }),
    ...(valFrames !== undefined && { frames: valFrames }),
  };
}

/** The options that open the model of a report again. */
function openAgain(
  folder: string,
  { model, images, checkpoint, onnx, whitening = {} }: ReportFlags,
  given: Partial<CheckpointOptions>,
): Omit<Parameters<typeof prepareDescriber>[0]["options"], "engine"> {
  const { sha256: _, ...file } = onnx ?? { sha256: "" };
  const { resume } = checkpoint ?? { resume: folder };
  const isNew = onnx !== undefined || resume === undefined;
  if (isNew && given.checkpoint !== undefined) {
    throw new OptionsError("Cannot choose a checkpoint without a run", {
      where: `option checkpoint is ${given.checkpoint}`,
      fix: "leave it out: the model of this report is not of a run",
    });
  }
  return {
    images,
    onnx: file,
    whitening,
    model: isNew && onnx === undefined ? model ?? {} : {},
    checkpoint: isNew ? {} : { ...checkpoint, resume, ...given },
    random: {},
  };
}
