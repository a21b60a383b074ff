/**
 * From the options of a task to a model, data and settings to train with.
 *
 * @module
 */
import {
  adoptRun,
  type CompatOptions,
  createRunFolder,
  type DescribeOptions,
  type EarlierRun,
  firstTrainedLayer,
  type Model,
  type ModelOptions,
  openRun,
  readEarlierRun,
  removeUnusedRun,
  resolveClusterOptions,
  resolveDatasetOptions,
  resolveDescribeOptions,
  resolveImageOptions,
  resolveTrainOptions,
  type RunFlags,
  type RunOptions,
  type TrainData,
  type TrainOptions,
  type TrainSettings,
} from "../mod.ts";
import {
  type DataGroups,
  type ModelGroups,
  noteRandomWeights,
  prepareCentroids,
  type Prepared,
  prepareDataset,
  prepareModel,
} from "./_prepare.ts";
import type { ValidationOptions } from "./_flags_train.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options of training besides those of model and data. */
interface TrainGroups {
  compat: CompatOptions;
  train: Omit<TrainOptions, "seed">;
  describe: DescribeOptions;
  validation: ValidationOptions;
}

/** What `trainModel` needs, and what the run folder remembers of it. */
export interface Training extends AsyncDisposable {
  model: Model;
  data: TrainData;
  settings: TrainSettings;
  flags: RunFlags;
  /** The run that is gone on with. */
  earlier?: EarlierRun;
}

/** Resolves all options, those of the run to resume first, and prepares everything. */
export async function prepareTraining<
  Groups extends ModelGroups & DataGroups & TrainGroups,
>(
  run: Pick<TaskRun<Groups>, "show" | "note"> & {
    options: GivenOptions<ModelGroups & DataGroups & TrainGroups>;
  },
): Promise<Training> {
  const { resume, checkpoint } = run.options.checkpoint;
  const earlier = resume === undefined
    ? undefined
    : await readEarlierRun(resume, checkpoint);
  const options = earlier ? addRunOptions(run.options, earlier) : run.options;
  const train = resolveTrainOptions({ ...options.train, ...options.random });
  const data = await readSplits({ ...run, options });
  const prepared = await prepareModel(
    { ...run, options: { ...options, model: run.options.model } },
    firstTrainedLayer(options.model, train),
    earlier,
  );
  const { model, images } = prepared;
  if (!train.fromScratch) noteRandomWeights(run);
  let centroids: string | undefined;
  try {
    if (earlier?.checkpoint === undefined) {
      centroids = await prepareCentroids({ ...run, options }, prepared);
    }
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
  return {
    model,
    data,
    settings: {
      ...train,
      images,
      describe: options.describe,
      ...(earlier?.checkpoint && { resume: earlier.checkpoint }),
    },
    flags: listRunFlags(options, {
      prepared,
      train,
      model: earlier && !earlier.isForeign
        ? earlier.options.model
        : model.options,
      centroids: centroids ?? earlier?.centroids ?? null,
    }),
    ...(earlier && { earlier }),
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  };
}

/** Every resolved option of a run, as its folder remembers them. */
export function listRunFlags(
  options: TrainingOptions,
  { prepared: { images, engine }, train, model, centroids }: {
    prepared: Prepared;
    train: Readonly<TrainOptions>;
    model: Partial<ModelOptions>;
    centroids: string | null;
  },
): RunFlags {
  const { centroids: _, ...cluster } = resolveClusterOptions({
    ...options.cluster,
    ...options.random,
  });
  return {
    model,
    dataset: resolveDatasetOptions(options.dataset),
    images: resolveImageOptions(images),
    cluster,
    train,
    compat: options.compat.compat ?? null,
    validation: options.validation,
    centroids,
    describe: resolveDescribeOptions(options.describe),
    engine: { name: engine.name, device: engine.device },
    seed: train.seed,
  };
}

/** The run folder that a training writes to. */
export interface TrainingRun extends AsyncDisposable {
  folder: string;
}

/** Opens the folder of the run to resume; or a new one, also to go on with a run of pytorch-NetVlad. */
export async function openTrainingRun(
  { model, flags, earlier }: Training,
  given: Partial<RunOptions>,
): Promise<TrainingRun> {
  const { arch, pooling } = model.options;
  const isNew = earlier === undefined || earlier.isForeign;
  const folder = isNew
    ? await createRunFolder(given, `${arch}_${pooling}`, new Date())
    : earlier.folder;
  await using stack = new AsyncDisposableStack();
  if (isNew) stack.defer(() => removeUnusedRun(folder));
  stack.use(await openRun(folder, flags));
  if (earlier?.isForeign) await adoptRun(earlier, model, folder);
  const kept = stack.move();
  return { folder, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Reads both splits; a dataset without splits is validated on what it is trained on, unless frames are set aside. */
async function readSplits<Groups>(
  { options, show, note }: Pick<TaskRun<Groups>, "show" | "note"> & {
    options: TrainingOptions;
  },
): Promise<TrainData> {
  const { valFrames } = options.validation;
  const dataset = valFrames === undefined
    ? options.dataset
    : { ...options.dataset, frames: valFrames };
  const train = await prepareDataset({ options, show }, "train");
  const validation = await prepareDataset(
    { options: { dataset }, show },
    "val",
  );
  if (validation.queries.paths.join() === train.queries.paths.join()) {
    note("validating on the images that are trained on: there is no split val");
  }
  return { train, validation };
}

/** The options of a training that are given. */
type TrainingOptions = GivenOptions<ModelGroups & DataGroups & TrainGroups>;

/** Fills in what the run to resume was started with; flags given now win. */
function addRunOptions(
  options: TrainingOptions,
  earlier: EarlierRun,
): TrainingOptions {
  const { model, dataset, train, describe, validation, engine } =
    earlier.options;
  const { seed, ...earlierTrain } = train;
  const { seed: _, ...cluster } = earlier.options.cluster;
  const { centroids } = earlier;
  return {
    ...options,
    model: { ...model, ...options.model },
    dataset: { ...dataset, ...options.dataset },
    train: { ...earlierTrain, ...options.train },
    describe: { ...describe, ...options.describe },
    validation: { ...validation, ...options.validation },
    cluster: {
      ...cluster,
      ...options.cluster,
      ...(centroids && { centroids }),
    },
    engine: { ...engine, ...options.engine },
    random: { ...(seed !== undefined && { seed }), ...options.random },
  };
}
