/**
 * Options of a training run.
 *
 * @module
 */
import {
  BOOLEAN,
  COUNT,
  DEFAULT_SEED,
  INTEGER,
  integerFrom,
  NOT_NEGATIVE,
  oneOf,
  optional,
  POSITIVE,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";

/** Names of the optimizers. */
export const OPTIMIZERS = ["sgd", "adam"] as const;

/** Distances that the margin of the triplet loss can be on. */
export const MARGIN_DISTANCES = ["euclidean", "squared"] as const;

/** Negatives that the loss is the mean over: all of a batch, or those that violate the margin. */
export const LOSS_MEANS = ["all", "violating"] as const;

/** Negatives that a query looks at again at its next turn: those of its last tuple, or the nearest. */
export const CACHED_NEGATIVES = ["violating", "nearest"] as const;

/** What is shuffled: the queries between two refreshes of the descriptor cache, or those of an epoch. */
export const QUERY_ORDERS = ["within-refresh", "epoch"] as const;

/** What patience counts. */
export const PATIENCE_UNITS = ["evaluations", "epochs"] as const;

/** What becomes of the evaluation before the first epoch. */
export const EPOCH_ZEROS = ["counts", "reported", "none"] as const;

/** Options of a training run. Each is described, with its unit, here and nowhere else. */
export interface TrainOptions {
  /** Passes over the training queries. */
  epochs: number;
  /** Tuples per update. */
  batchTuples: number;
  /** Queries between two refreshes of the descriptor cache. */
  cacheRefreshQueries: number;
  /** Factor of `cacheRefreshQueries` at each decrease of the learning rate, from 1. */
  cacheRefreshGrowth: number;
  /** Order of the queries: split as they come and shuffled between two refreshes, or shuffled as a whole in each epoch. */
  queryOrder: typeof QUERY_ORDERS[number];
  /** SGD with momentum, decay and steps; or Adam, which uses none of the three. */
  optimizer: typeof OPTIMIZERS[number];
  /** Learning rate of the first epoch. */
  learningRate: number;
  /** Epochs between two decreases of the learning rate. */
  lrStepEpochs: number;
  /** Epochs by which the decreases of the learning rate come later than in the epochs that `lrStepEpochs` divides. */
  lrDelayEpochs: number;
  /** Factor of each decrease of the learning rate, up to 1. */
  lrGamma: number;
  /** L2 penalty on every trained parameter. */
  weightDecay: number;
  /** Momentum of SGD, below 1. */
  momentum: number;
  /** Triplet margin on squared distances; on plain ones its square root is taken. */
  margin: number;
  /** Distance that the triplet loss compares. */
  marginOn: typeof MARGIN_DISTANCES[number];
  /** Negatives that the triplet loss is the mean over: all of a batch, or those that violate the margin. */
  lossOver: typeof LOSS_MEANS[number];
  /** Negatives kept per tuple after mining. */
  negativesPerTuple: number;
  /** Database images drawn per query as candidate negatives. */
  negativesSampled: number;
  /** Whether a database image may be drawn twice, which leaves fewer candidates. */
  negativesWithReplacement: boolean;
  /** Nearest candidates that are looked at for violations of the margin. */
  negativesExamined: number;
  /** Negatives that a query looks at again at its next turn: those of its last tuple; or the nearest `negativesPerTuple`, though they may not violate. */
  negativesCached: typeof CACHED_NEGATIVES[number];
  /** Epochs between two evaluations on the validation split. */
  evalEvery: number;
  /** Evaluations without a better Recall@5 before training stops; 0 never stops. */
  patience: number;
  /** What `patience` counts: evaluations; or epochs, where training stops beyond patience / evalEvery evaluations. */
  patienceIn: typeof PATIENCE_UNITS[number];
  /** The evaluation before the first epoch: counts for the best Recall@5, is only reported, or is left out. */
  epochZero: typeof EPOCH_ZEROS[number];
  /** Train every layer, from random weights. */
  fromScratch: boolean;
  /** First layer, block or stage to train, such as `conv5_1` or `layer4`; the last block of the encoder if left out. */
  trainFrom?: string;
  /** Seed of every random choice in the run. */
  seed: number;
}

/** The one place where the defaults live. */
export const TRAIN_DEFAULTS: Readonly<TrainOptions> = Object.freeze({
  epochs: 30,
  batchTuples: 4,
  cacheRefreshQueries: 1000,
  cacheRefreshGrowth: 1,
  queryOrder: "within-refresh",
  optimizer: "sgd",
  learningRate: 1e-4,
  lrStepEpochs: 5,
  lrDelayEpochs: 0,
  lrGamma: 0.5,
  weightDecay: 1e-3,
  momentum: 0.9,
  margin: 0.1,
  marginOn: "euclidean",
  lossOver: "all",
  negativesPerTuple: 10,
  negativesSampled: 1000,
  negativesWithReplacement: false,
  negativesExamined: 100,
  negativesCached: "violating",
  evalEvery: 1,
  patience: 10,
  patienceIn: "evaluations",
  epochZero: "counts",
  fromScratch: false,
  seed: DEFAULT_SEED,
});

const TRAIN_RULES: Rules<TrainOptions> = {
  epochs: COUNT,
  batchTuples: COUNT,
  cacheRefreshQueries: COUNT,
  cacheRefreshGrowth: {
    holds: (value) => POSITIVE.holds(value) && Number(value) >= 1,
    wanted: "a number >= 1",
  },
  queryOrder: oneOf(QUERY_ORDERS),
  optimizer: oneOf(OPTIMIZERS),
  learningRate: POSITIVE,
  lrStepEpochs: COUNT,
  lrDelayEpochs: integerFrom(0),
  lrGamma: {
    holds: (value) => POSITIVE.holds(value) && Number(value) <= 1,
    wanted: "a number > 0 and <= 1",
  },
  weightDecay: NOT_NEGATIVE,
  momentum: {
    holds: (value) => NOT_NEGATIVE.holds(value) && Number(value) < 1,
    wanted: "a number >= 0 and < 1",
  },
  margin: POSITIVE,
  marginOn: oneOf(MARGIN_DISTANCES),
  lossOver: oneOf(LOSS_MEANS),
  negativesPerTuple: COUNT,
  negativesSampled: COUNT,
  negativesWithReplacement: BOOLEAN,
  negativesExamined: COUNT,
  negativesCached: oneOf(CACHED_NEGATIVES),
  evalEvery: COUNT,
  patience: integerFrom(0),
  patienceIn: oneOf(PATIENCE_UNITS),
  epochZero: oneOf(EPOCH_ZEROS),
  fromScratch: BOOLEAN,
  trainFrom: optional(TEXT),
  seed: INTEGER,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveTrainOptions(
  given: Partial<TrainOptions> = {},
): Readonly<TrainOptions> {
  return resolveOptions(given, {
    purpose: "train",
    defaults: TRAIN_DEFAULTS,
    rules: TRAIN_RULES,
    conflicts: listTrainConflicts,
  });
}

function listTrainConflicts(options: Readonly<TrainOptions>): string[] {
  const { fromScratch, trainFrom, negativesPerTuple, negativesExamined } =
    options;
  const problems = [];
  if (fromScratch && trainFrom !== undefined) {
    problems.push("fromScratch trains every layer, which leaves no trainFrom");
  }
  if (negativesPerTuple > negativesExamined) {
    problems.push(
      `negativesPerTuple is ${negativesPerTuple}, more than the ${negativesExamined} of negativesExamined`,
    );
  }
  return problems;
}
