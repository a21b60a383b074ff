/**
 * The two ways to train: on tuples of a query and its neighbours, or on classes.
 *
 * @module
 */
import {
  type ClassOptions,
  type CompatOptions,
  countClasses,
  firstTrainedLayer,
  type ImageOptions,
  isCgd,
  type Model,
  MODEL_DEFAULTS,
  type ModelOptions,
  OptionsError,
  resolveClassTrainOptions,
  resolveTrainOptions,
  SHARED_TRAIN_OPTIONS,
  trainClasses,
  type TrainData,
  type TrainEvent,
  trainModel,
  type TrainOptions,
  type TrainResult,
  type TrainSettings,
  withClassSize,
} from "../mod.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options that decide on the method. */
export interface MethodGroups {
  compat: CompatOptions;
  model: Omit<ModelOptions, "seed">;
  train: Omit<TrainOptions, "seed">;
  classes: ClassOptions;
  random: { seed: number };
}

/** What both methods are given besides options of training. */
type CommonSettings = Pick<
  TrainSettings,
  "images" | "describe" | "run" | "resume"
>;

/** A way to train, its options resolved. */
export interface TrainingMethod {
  /** What the run folder remembers: options that both methods have or tuples alone, and those of classes. */
  flags: { train: object; classes?: object };
  /** The options that reports look at. */
  options: Pick<TrainOptions, "epochs" | "epochZero" | "seed">;
  /** Whether it begins with random weights on purpose. */
  fromScratch: boolean;
  /** First layer to train. */
  trainFrom: string;
  /** Options of a new model that the data decides. */
  fitModel(data: TrainData): Partial<ModelOptions>;
  /** How images are read. */
  fitImages(images: Partial<ImageOptions>): Partial<ImageOptions>;
  /** Begins to train. */
  start(
    model: Model,
    data: TrainData,
    settings: CommonSettings,
  ): AsyncGenerator<TrainEvent, TrainResult>;
}

/**
 * Chooses the method that a pooling is trained by.
 *
 * @throws {OptionsError} If options are wrong, or of the other method.
 */
export function chooseMethod(
  options: GivenOptions<MethodGroups>,
): TrainingMethod {
  const { pooling = MODEL_DEFAULTS.pooling } = options.model;
  return isCgd(pooling)
    ? trainOnClasses(options, pooling)
    : trainOnTuples(options, pooling);
}

function trainOnTuples(
  { model, train, classes, random }: GivenOptions<MethodGroups>,
  pooling: string,
): TrainingMethod {
  const foreign = Object.keys(classes ?? {});
  if (foreign.length > 0) throw isForeign(pooling, foreign, "poolings cgd:…");
  const options = resolveTrainOptions({ ...train, ...random });
  return {
    flags: { train: options },
    options,
    fromScratch: options.fromScratch,
    trainFrom: firstTrainedLayer(model, options),
    fitModel: () => ({}),
    fitImages: (images) => images,
    start: (model, data, settings) =>
      trainModel(model, data, { ...options, ...settings }),
  };
}

function trainOnClasses(
  { compat, model, train, classes, random }: GivenOptions<MethodGroups>,
  pooling: string,
): TrainingMethod {
  if (compat?.compat !== undefined) {
    throw isForeign(pooling, ["compat"], "other poolings");
  }
  const isShared = (name: string): boolean =>
    SHARED_TRAIN_OPTIONS.some((each) => each === name);
  const foreign = Object.keys(train).filter((name) => !isShared(name));
  if (foreign.length > 0) throw isForeign(pooling, foreign, "other poolings");
  const options = resolveClassTrainOptions({ ...train, ...classes, ...random });
  const parts = Object.entries(options);
  return {
    flags: {
      train: Object.fromEntries([
        ...parts.filter(([name]) => isShared(name)),
        ["seed", options.seed],
      ]),
      classes: Object.fromEntries(
        parts.filter(([name]) => !isShared(name) && name !== "seed"),
      ),
    },
    options,
    fromScratch: false,
    trainFrom: firstTrainedLayer(model, {
      fromScratch: options.trainFrom === undefined,
      ...(options.trainFrom && { trainFrom: options.trainFrom }),
    }),
    fitModel: (data) => ({ cgdClasses: countClasses(data.train, options) }),
    fitImages: withClassSize,
    start: (model, data, settings) =>
      trainClasses(model, data, { ...options, ...settings }),
  };
}

function isForeign(
  pooling: string,
  options: readonly string[],
  others: string,
): OptionsError {
  return new OptionsError(`Cannot train ${pooling} with these options`, {
    where: `for ${others} only: ${
      options.map((name) => `option ${name}`).join(", ")
    }`,
    fix: "leave them out",
  });
}
