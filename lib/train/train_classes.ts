/**
 * The stage *train* for models that learn classes, such as CGD: auxiliary
 * classification and batch-hard triplet loss, evaluation each epoch.
 *
 * @module
 */
import { join } from "node:path";
import { createDecodePool } from "../data/image/decode_pool.ts";
import {
  type ImageOptions,
  resolveImageOptions,
} from "../data/image/options.ts";
import { findReadable, keepReadable } from "../data/readable.ts";
import { createDatasetFeatures } from "../describe/describe_dataset.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import { DatasetError, OptionsError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import type { Model } from "../model/model.ts";
import { note, type NoteEvent, type ProgressEvent } from "../progress.ts";
import { createRandom } from "../random.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { countBatchImages, groupByClass } from "./class_batches.ts";
import { type ClassEpochMakings, learnClasses } from "./class_epoch.ts";
import {
  type ClassTrainOptions,
  resolveClassTrainOptions,
} from "./class_options.ts";
import {
  type Course,
  endEpoch,
  evaluateUntrained,
  startState,
  sumUpCourse,
  type TrainResult,
} from "./course.ts";
import { type LabeledImages, labelImages } from "./label_images.ts";
import { leaveWhitening } from "./leave_whitening.ts";
import { checkClassModel } from "./class_step_input.ts";
import { createOptimizer, milestoneRateAt } from "./optimizer.ts";
import type { TrainData, TrainEvent } from "./train.ts";

/** How to train: options of the run, of reading images, of describing them. */
export interface ClassTrainSettings extends Partial<ClassTrainOptions> {
  /** How images are read; `withClassSize` says how large they are. */
  images?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
  /** Run folder that checkpoints are written to; none are written if left out. */
  run?: string;
  /** Where an earlier run stood, to go on from. */
  resume?: Checkpoint;
}

/** Size of the images that classes are learned from and evaluated by, unless another is asked for: that of CGD. */
const CLASS_IMAGE_SIZE: Readonly<ImageSize> = { width: 224, height: 224 };

/** How images are read where classes are learned: resized to 224x224, unless another size is asked for. */
export function withClassSize(
  { resize, ...images }: Partial<ImageOptions>,
): Partial<ImageOptions> & { resize: Readonly<ImageSize> } {
  return { ...images, resize: resize ?? CLASS_IMAGE_SIZE };
}

/** Everything that lives as long as the run. */
type Run =
  & Course
  & Omit<ClassEpochMakings, "random" | "epoch" | "learningRate">;

/**
 * Trains `model` in place on classes, by Adam.
 *
 * Before the first epoch the model is evaluated as it is (epoch 0), unless `epochZero`
 * says otherwise. Everything random follows from the seed and the epoch: a run that is
 * resumed goes on as if it had not stopped.
 *
 * @param model A `cgd:…` model, created with `cgdClasses` (see `countClasses`) and `trainFrom`.
 * @param data The splits; places are made classes by `labelImages`.
 * @yields One `step` per batch, one `epoch` per epoch.
 * @returns The model has the parameters of the last epoch; the best are in the run folder.
 * @throws {OptionsError} If an option is wrong, the model is for another number of classes, or the loss is no longer a number.
 * @throws {DatasetError} If there are fewer than two classes, or an image cannot be read.
 *
 * Source: Jun et al., Combination of multiple global descriptors for image retrieval,
 * 2019; numbers as in leftthomas/CGD.
 */
export async function* trainClasses(
  model: Model,
  data: TrainData,
  settings: ClassTrainSettings = {},
): AsyncGenerator<TrainEvent, TrainResult> {
  const { images: asked = {}, describe, run: output, resume, ...given } =
    settings;
  const options = resolveClassTrainOptions(given);
  const { describeBatch, cachePath, featureCacheGigabytes } =
    resolveDescribeOptions(describe);
  const images = withClassSize(asked);
  resolveImageOptions(images);
  yield* leaveWhitening(model);
  const labeled = yield* readLabels(model, data, images, options);
  const classes = groupByClass(labeled.labels);
  yield* noteBatches(classes.length, options);
  const validation = images.skipUnreadable
    ? yield* keepReadable(data.validation, images)
    : data.validation;
  await using folder = await openWorkFolder(cachePath ?? output);
  using features = createDatasetFeatures(model, validation, images, {
    path: join(folder.path, "validation_features.f32"),
    maxBytes: featureCacheGigabytes * 1e9,
  });
  const whole = scaleSize(images.resize, options.augmentScale);
  using pool = createDecodePool({ ...images, resize: whole });
  const optimizer = createOptimizer(ADAM, model.variables);
  try {
    return yield* runEpochs({
      model,
      optimizer,
      images: labeled,
      classes,
      pool,
      views: { whole, window: images.resize, mirrors: options.augmentFlip },
      validation,
      features,
      folder: folder.path,
      describeBatch,
      options,
      state: await startState(model, optimizer, resume),
      output,
    });
  } finally {
    optimizer.dispose();
  }
}

/** Adam knows neither momentum nor decay. */
const ADAM = { optimizer: "adam", momentum: 0, weightDecay: 0 } as const;

/** The images to learn from. Those that cannot be read keep their class in the head. */
async function* readLabels(
  model: Model,
  { train }: TrainData,
  images: Partial<ImageOptions>,
  options: Readonly<ClassTrainOptions>,
): AsyncGenerator<ProgressEvent | NoteEvent, LabeledImages> {
  const classesOfModel = checkClassModel(model);
  const labeled = yield* labelImages(train, options);
  const { paths, labels, numClasses } = labeled;
  if (classesOfModel !== numClasses) {
    throw new OptionsError(
      `Cannot train ${model.name} on ${numClasses} classes`,
      {
        where: `cgdClasses of the model is ${classesOfModel}`,
        fix:
          `make the model with cgdClasses ${numClasses}, or train it on the data that it was made for`,
      },
    );
  }
  if (!images.skipUnreadable) return labeled;
  const kept = yield* findReadable(paths, images);
  const keptLabels = kept.map((i) => labels[i]!);
  if (groupByClass(keptLabels).length < 2) {
    throw new DatasetError("Cannot train on fewer than two classes", {
      where: `${train.name}, split ${train.split}, the images that can be read`,
      fix: "add images that can be read",
    });
  }
  return { paths: kept.map((i) => paths[i]!), labels: keptLabels, numClasses };
}

function* noteBatches(
  numClasses: number,
  options: Readonly<ClassTrainOptions>,
): Generator<NoteEvent, void> {
  const size = countBatchImages(numClasses, options);
  if (size === options.batchImages) return;
  yield note(
    `batches have ${size} images, not ${options.batchImages}: there are only ${numClasses} classes`,
  );
}

function scaleSize({ width, height }: ImageSize, scale: number): ImageSize {
  return {
    width: Math.round(scale * width),
    height: Math.round(scale * height),
  };
}

async function* runEpochs(
  run: Run & { options: Readonly<ClassTrainOptions> },
): AsyncGenerator<TrainEvent, TrainResult> {
  const { options, state } = run;
  const random = createRandom(options.seed);
  yield* evaluateUntrained(run, { images: 0 });
  while (state.epoch < options.epochs) {
    const epoch = state.epoch + 1;
    const learningRate = milestoneRateAt(epoch, options);
    const counts = yield* learnClasses({
      ...run,
      random: random.fork(`epoch ${epoch}`),
      epoch,
      learningRate,
    });
    state.epoch = epoch;
    yield* endEpoch(run, { ...counts, epoch, learningRate });
  }
  return sumUpCourse(run, false);
}
