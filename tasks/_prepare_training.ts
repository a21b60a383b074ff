/**
 * From the options of a task to a model, data and settings to train with.
 *
 * @module
 */
import {
  type DatasetOptions,
  describeNetwork,
  type DescribeOptions,
  type Model,
  type ModelOptions,
  OptionsError,
  readRunFlags,
  resolveDatasetOptions,
  resolveDescribeOptions,
  resolveImageOptions,
  resolveTrainOptions,
  type RunFlags,
  type TrainData,
  type TrainOptions,
  type TrainSettings,
} from "../mod.ts";
import {
  type DataGroups,
  type ModelGroups,
  noteRandomWeights,
  prepareCentroids,
  prepareDataset,
  prepareModel,
} from "./_prepare.ts";
import type { ValidationOptions } from "./_flags_train.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options of training besides those of model and data. */
interface TrainGroups {
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
}

/** Resolves all options, those of the run to resume first, and prepares everything. */
export async function prepareTraining<
  Groups extends ModelGroups & DataGroups & TrainGroups,
>(
  run: Pick<TaskRun<Groups>, "show" | "note"> & {
    options: GivenOptions<ModelGroups & DataGroups & TrainGroups>;
  },
): Promise<Training> {
  const { resume } = run.options.checkpoint;
  const earlier = resume === undefined ? undefined : await readEarlier(resume);
  const options = earlier ? addRunOptions(run.options, earlier) : run.options;
  const train = resolveTrainOptions({ ...options.train, ...options.random });
  const data = await readSplits({ ...run, options });
  const prepared = await prepareModel(
    { ...run, options },
    firstLayer(options),
  );
  const { model, images, engine } = prepared;
  if (!train.fromScratch) noteRandomWeights(run);
  let centroids: string | undefined;
  try {
    if (earlier === undefined) {
      centroids = await prepareCentroids({ ...run, options }, prepared);
    }
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
  return {
    model,
    data,
    settings: { ...train, images, describe: options.describe },
    flags: {
      model: earlier?.model ?? model.options,
      dataset: resolveDatasetOptions(options.dataset),
      images: resolveImageOptions(images),
      train,
      validation: options.validation,
      centroids: centroids ?? earlier?.centroids ?? null,
      describe: resolveDescribeOptions(options.describe),
      engine: { name: engine.name, device: engine.device },
      seed: train.seed,
    },
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  };
}

/** Reads both splits; a dataset without splits is validated on what it is trained on, unless frames are set aside. */
async function readSplits<Groups>(
  { options, show, note }: Pick<TaskRun<Groups>, "show" | "note"> & {
    options: Options;
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

type Options = GivenOptions<ModelGroups & DataGroups & TrainGroups>;

/** What a run was started with. */
interface EarlierOptions {
  model: ModelOptions;
  dataset: DatasetOptions;
  train: TrainOptions;
  describe: DescribeOptions;
  validation: ValidationOptions;
  centroids?: string;
  seed: number;
}

async function readEarlier(run: string): Promise<EarlierOptions> {
  const groups = ["model", "dataset", "train", "describe"];
  return await readRunFlags(run, groups) as RunFlags & EarlierOptions;
}

/** Fills in what the run to resume was started with; flags given now win. */
function addRunOptions(options: Options, earlier: EarlierOptions): Options {
  const { seed: _, ...train } = earlier.train;
  const { seed: _seed, weights: _weights, ...model } = earlier.model;
  return {
    ...options,
    model: { ...model, ...options.model },
    dataset: { ...earlier.dataset, ...options.dataset },
    train: { ...train, ...options.train },
    describe: { ...earlier.describe, ...options.describe },
    validation: { ...earlier.validation, ...options.validation },
    random: { seed: earlier.seed, ...options.random },
  };
}

/** The layer to train from: the first of all, the one asked for, or the network's own choice. */
function firstLayer({ model, train }: Options): string {
  const network = describeNetwork(model.arch ?? "vgg16", model.widthDivisor);
  const [first] = network.layers;
  if (!train.fromScratch) return train.trainFrom ?? network.trainFrom;
  if (first?.kind === "conv") return first.name;
  throw new OptionsError("Cannot train from scratch", {
    where: `network ${network.name}`,
    fix: "give trainFrom",
  });
}
