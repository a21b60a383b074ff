/**
 * Options of training on classes.
 *
 * @module
 */
import {
  BOOLEAN,
  COUNT,
  DEFAULT_SEED,
  INTEGER,
  integerFrom,
  listOf,
  NOT_NEGATIVE,
  oneOf,
  optional,
  POSITIVE,
  resolveOptions,
  type Rule,
  type Rules,
  TEXT,
} from "../options.ts";
import type { ClassLossOptions } from "./class_loss.ts";
import { EPOCH_ZEROS, type TrainOptions } from "./options.ts";

/** Options of training that places and classes have alike; each method has defaults of its own. */
export const SHARED_TRAIN_OPTIONS = [
  "epochs",
  "learningRate",
  "lrGamma",
  "margin",
  "evalEvery",
  "epochZero",
  "trainFrom",
] as const satisfies readonly (keyof TrainOptions)[];

/** Options of training that both methods have. */
export type SharedTrainOptions = Pick<
  TrainOptions,
  typeof SHARED_TRAIN_OPTIONS[number]
>;

/** Options of training that only classes have. Each is described, with its unit, here and nowhere else. */
export interface ClassOptions extends Omit<ClassLossOptions, "margin"> {
  /** Images per update. */
  batchImages: number;
  /** Images of each class in a batch, from 2; those of a class that has fewer come more than once. */
  imagesPerClass: number;
  /** Ends of epochs after which the learning rate decreases by `lrGamma`, as shares of all epochs, rounded down to whole ones. */
  lrMilestones: readonly number[];
  /** Size that training images are resized to before a window of `resize` is cut out of each at random, as its multiple, from 1. */
  augmentScale: number;
  /** Whether every second training image, at random, is mirrored. */
  augmentFlip: boolean;
  /** Side of the square cells that make places in metres classes, in metres. */
  classCellMeters: number;
}

/** All options of training on classes. */
export interface ClassTrainOptions extends SharedTrainOptions, ClassOptions {
  /** Seed of every random choice in the run. */
  seed: number;
}

/** The one place where the defaults live; those of CGD. */
export const CLASS_TRAIN_DEFAULTS: Readonly<ClassTrainOptions> = Object.freeze({
  epochs: 20,
  batchImages: 128,
  imagesPerClass: 4,
  learningRate: 1e-4,
  lrMilestones: Object.freeze([0.6, 0.8]),
  lrGamma: 0.1,
  temperature: 0.5,
  labelSmoothing: 0.1,
  margin: 0.1,
  augmentScale: 1.125,
  augmentFlip: true,
  classCellMeters: 10,
  evalEvery: 1,
  epochZero: "counts",
  seed: DEFAULT_SEED,
});

const SHARE: Rule = {
  holds: (value) => POSITIVE.holds(value) && Number(value) <= 1,
  wanted: "a number > 0 and <= 1",
};

const RULES: Rules<ClassTrainOptions> = {
  epochs: COUNT,
  batchImages: COUNT,
  imagesPerClass: integerFrom(2),
  learningRate: POSITIVE,
  lrMilestones: listOf(SHARE),
  lrGamma: SHARE,
  temperature: POSITIVE,
  labelSmoothing: {
    holds: (value) => NOT_NEGATIVE.holds(value) && Number(value) < 1,
    wanted: "a number >= 0 and < 1",
  },
  margin: NOT_NEGATIVE,
  augmentScale: {
    holds: (value) => POSITIVE.holds(value) && Number(value) >= 1,
    wanted: "a number >= 1",
  },
  augmentFlip: BOOLEAN,
  classCellMeters: POSITIVE,
  evalEvery: COUNT,
  epochZero: oneOf(EPOCH_ZEROS),
  trainFrom: optional(TEXT),
  seed: INTEGER,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveClassTrainOptions(
  given: Partial<ClassTrainOptions> = {},
): Readonly<ClassTrainOptions> {
  return resolveOptions(given, {
    purpose: "train on classes",
    defaults: CLASS_TRAIN_DEFAULTS,
    rules: RULES,
    conflicts: ({ batchImages, imagesPerClass }) =>
      batchImages % imagesPerClass === 0 && batchImages >= 2 * imagesPerClass
        ? []
        : [
          `batchImages is ${batchImages}, must be a multiple of imagesPerClass, which is ${imagesPerClass}, twice it or more`,
        ],
  });
}
