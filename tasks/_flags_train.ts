/**
 * Flags of training.
 *
 * @module
 */
import {
  CACHED_NEGATIVES,
  CLASS_TRAIN_DEFAULTS,
  EPOCH_ZEROS,
  LOSS_MEANS,
  MARGIN_DISTANCES,
  type ModelOptions,
  OPTIMIZERS,
  PATIENCE_UNITS,
  QUERY_ORDERS,
  resolveTrainOptions,
  TRAIN_DEFAULTS,
  type TrainOptions,
} from "../mod.ts";
import { BOOLEAN, choice, INTEGER, NUMBER, text } from "./_flag_types.ts";
import type { FlagGroup, Flags, GivenOptions } from "./_spec.ts";

/** The default of an option that the two ways to train have not alike. */
function sayDefaults(option: "epochs" | "lrGamma"): string {
  return `${TRAIN_DEFAULTS[option]}; ${CLASS_TRAIN_DEFAULTS[option]} for cgd`;
}

/** The run. Its seed is that of `RANDOM_FLAGS`. */
type RunOptions = Omit<TrainOptions, "seed">;

const SCHEDULE = {
  epochs: {
    flag: "epochs",
    type: INTEGER,
    aliases: ["nEpochs"],
    help: "passes over the training queries, or over as many images of classes",
    absent: sayDefaults("epochs"),
  },
  evalEvery: {
    flag: "eval-every",
    type: INTEGER,
    unit: "epochs",
    help: "time between evaluations on the validation split",
  },
  patience: {
    flag: "patience",
    type: INTEGER,
    unit: "evaluations",
    help:
      "when to stop, if Recall@5 (Recall@1 of classes) gets no better; 0 is never",
  },
  patienceIn: {
    flag: "patience-in",
    type: choice(PATIENCE_UNITS),
    help:
      "what --patience counts; in epochs, it stops beyond patience / eval-every evaluations",
  },
  epochZero: {
    flag: "epoch-zero",
    type: choice(EPOCH_ZEROS),
    help:
      "the evaluation before the first epoch: whether it counts for the best, is only reported, or is left out",
  },
  fromScratch: {
    flag: "from-scratch",
    type: BOOLEAN,
    help: "train every layer, from random weights",
  },
  trainFrom: {
    flag: "train-from",
    type: text("LAYER"),
    help: "first layer or block to train, such as conv5_1 or layer4",
    absent: "the last block of the encoder; the first layer for cgd",
  },
} satisfies Partial<Flags<RunOptions>>;

const OPTIMIZER = {
  optimizer: {
    flag: "optimizer",
    type: choice(OPTIMIZERS),
    aliases: ["optim"],
    help: "optimizer",
  },
  learningRate: {
    flag: "lr",
    type: NUMBER,
    help: "learning rate of the first epoch",
  },
  lrStepEpochs: {
    flag: "lr-step",
    type: INTEGER,
    unit: "epochs",
    help: "time between decreases of the learning rate, with SGD",
  },
  lrDelayEpochs: {
    flag: "lr-delay",
    type: INTEGER,
    unit: "epochs",
    help:
      "how much later they come than in the epochs that --lr-step divides, with SGD",
  },
  lrGamma: {
    flag: "lr-gamma",
    type: NUMBER,
    help: "factor of each decrease, with SGD or for cgd",
    absent: sayDefaults("lrGamma"),
  },
  weightDecay: {
    flag: "weight-decay",
    type: NUMBER,
    help: "L2 penalty on trained parameters, with SGD",
  },
  momentum: { flag: "momentum", type: NUMBER, help: "momentum of SGD" },
} satisfies Partial<Flags<RunOptions>>;

const TUPLES = {
  batchTuples: {
    flag: "batch-size",
    type: INTEGER,
    unit: "tuples",
    help: "size of a batch; a tuple is a query, its positive and its negatives",
  },
  margin: {
    flag: "margin",
    type: NUMBER,
    help:
      "triplet margin on squared distances; on plain ones its square root is taken, but for cgd",
  },
  marginOn: {
    flag: "margin-on",
    type: choice(MARGIN_DISTANCES),
    help: "distance that the loss compares",
  },
  lossOver: {
    flag: "loss-over",
    type: choice(LOSS_MEANS),
    help:
      "negatives that the loss is the mean over: all of a batch, or those that violate the margin",
  },
  negativesPerTuple: {
    flag: "negatives-per-tuple",
    type: INTEGER,
    help: "negatives kept per tuple, at most",
  },
  negativesSampled: {
    flag: "negatives-sampled",
    type: INTEGER,
    help: "database images drawn per query as candidate negatives",
  },
  negativesWithReplacement: {
    flag: "negatives-with-replacement",
    type: BOOLEAN,
    help: "draw them with replacement: some twice, so fewer of them",
  },
  negativesExamined: {
    flag: "negatives-examined",
    type: INTEGER,
    help: "nearest candidates that are looked at",
  },
  negativesCached: {
    flag: "negatives-cached",
    type: choice(CACHED_NEGATIVES),
    help:
      "negatives that a query looks at again in the next epoch: those it learned from, or the nearest",
  },
  cacheRefreshQueries: {
    flag: "cache-refresh-rate",
    type: INTEGER,
    unit: "queries",
    help: "time between refreshes of the descriptor cache",
  },
  cacheRefreshGrowth: {
    flag: "cache-refresh-growth",
    type: NUMBER,
    help: "factor of that time at each decrease of the learning rate",
  },
  queryOrder: {
    flag: "query-order",
    type: choice(QUERY_ORDERS),
    help:
      "what is shuffled: the queries between two refreshes, or all of an epoch",
  },
} satisfies Partial<Flags<RunOptions>>;

/** How a model is trained. */
export const TRAIN_FLAGS: FlagGroup<RunOptions> = {
  title: "Training",
  defaults: TRAIN_DEFAULTS,
  resolve: resolveTrainOptions,
  flags: { ...SCHEDULE, ...OPTIMIZER, ...TUPLES },
};

/** What a model is validated on, where the dataset has no splits of its own. */
export interface ValidationOptions {
  /** Range of frames, such as `60:74`; those that are trained on if left out. */
  valFrames?: string;
}

/** The validation of a dataset without splits. */
export const VALIDATION_FLAGS: FlagGroup<ValidationOptions> = {
  title: "Validation",
  defaults: {},
  flags: {
    valFrames: {
      flag: "val-frames",
      type: text("FIRST:END"),
      help: "frames: those to validate on, counted from 0",
      absent: "those that are trained on",
    },
  },
};

/** A check of the task `train`: `--val-frames` is for a dataset of frames. */
export function listValidationConflicts(
  { validation, dataset, checkpoint }: GivenOptions<{
    validation: ValidationOptions;
    dataset: { dataset: string };
    checkpoint: { resume?: string };
  }>,
): string[] {
  const isForeign = validation.valFrames !== undefined &&
    checkpoint.resume === undefined && dataset.dataset !== "frames";
  return isForeign ? ["--val-frames is for --dataset frames"] : [];
}

/** A check of the task `train`: weights are for training that does not begin from scratch. */
export function listWeightConflicts(
  { model, train }: GivenOptions<{ model: ModelOptions; train: TrainOptions }>,
): string[] {
  return train.fromScratch && model.weights !== undefined
    ? ["--from-scratch begins with random weights, which leaves no --weights"]
    : [];
}
