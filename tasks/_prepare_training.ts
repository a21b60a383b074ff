/**
 * From the options of a task to a model, data and settings to train with.
 *
 * @module
 */
import {
  adoptRun,
  createRunFolder,
  type DescribeOptions,
  type EarlierRun,
  type Model,
  type ModelOptions,
  openRun,
  readEarlierRun,
  removeUnusedRun,
  resolveClusterOptions,
  resolveDatasetOptions,
  resolveDescribeOptions,
  resolveImageOptions,
  type RunFlags,
  type RunOptions,
  type TrainData,
  type TrainEvent,
  type TrainResult,
  type TrainSettings,
} from "../mod.ts";
import {
  type DataGroups,
  type ModelGroups,
  noteRandomWeights,
  type Prepared,
  prepareDataset,
  prepareHead,
  prepareModel,
} from "./_prepare.ts";
import type { ValidationOptions } from "./_flags_train.ts";
import {
  chooseMethod,
  type MethodGroups,
  type TrainingMethod,
} from "./_training_method.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options of training besides those of model and data. */
interface TrainGroups extends MethodGroups {
  describe: DescribeOptions;
  validation: ValidationOptions;
}

/** A training that is ready to start, and what the run folder remembers of it. */
export interface Training extends AsyncDisposable {
  model: Model;
  settings: Pick<TrainSettings, "epochs" | "epochZero" | "resume">;
  flags: RunFlags;
  /** Begins to train, into a run folder. */
  start(folder: string): AsyncGenerator<TrainEvent, TrainResult>;
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
  const method = chooseMethod(options);
  const data = await readSplits({ ...run, options });
  const fitted = earlier ? {} : method.fitModel(data);
  const prepared = await prepareModel(
    {
      ...run,
      options: { ...options, model: { ...fitted, ...run.options.model } },
    },
    method.trainFrom,
    earlier,
  );
  const { model } = prepared;
  const images = method.fitImages(prepared.images);
  if (!method.fromScratch) noteRandomWeights(run);
  let centroids: string | undefined;
  try {
    if (earlier?.checkpoint === undefined) {
      centroids = await prepareHead({ ...run, options }, prepared);
    }
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
  const resumed = earlier?.checkpoint && { resume: earlier.checkpoint };
  return {
    model,
    settings: { ...method.options, ...resumed },
    start: (folder) =>
      method.start(model, data, {
        images,
        describe: options.describe,
        run: folder,
        ...resumed,
      }),
    flags: listRunFlags(options, {
      ...{ images, engine: prepared.engine },
      ...method.flags,
      seed: method.options.seed,
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
  { images, engine, train, classes, seed, model, centroids }:
    & Pick<Prepared, "images" | "engine">
    & TrainingMethod["flags"]
    & {
      seed: number;
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
    ...(classes && { classes }),
    compat: options.compat.compat ?? null,
    validation: options.validation,
    centroids,
    describe: resolveDescribeOptions(options.describe),
    engine: { name: engine.name, device: engine.device },
    seed,
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
  const isNew = earlier === undefined || earlier.isForeign;
  const folder = isNew
    ? await createRunFolder(given, model.name, new Date())
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
  } else if (validation.split === "test") {
    note("validating on the split test: there is no split val");
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
  const { model, dataset, train, classes, describe, validation, engine } =
    earlier.options;
  const { seed, ...earlierTrain } = train;
  const { seed: _, ...cluster } = earlier.options.cluster;
  const { centroids } = earlier;
  return {
    ...options,
    model: { ...model, ...options.model },
    dataset: { ...dataset, ...options.dataset },
    train: { ...earlierTrain, ...options.train },
    classes: { ...classes, ...options.classes },
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
