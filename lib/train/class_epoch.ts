/**
 * One epoch of learning classes: draw batches, see their images differently, learn from them.
 *
 * @module
 */
import type { DecodePool } from "../data/image/decode_pool.ts";
import { imageBatches } from "../data/image/image_batches.ts";
import { drawView, type ViewChoices } from "../data/image/view.ts";
import {
  type FrozenBatch,
  runFrozenBatch,
} from "../describe/frozen_features.ts";
import * as tf from "../engine/tf.ts";
import type { Images, Model } from "../model/model.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import { drawClassBatches } from "./class_batches.ts";
import type { ClassTrainOptions } from "./class_options.ts";
import { type ClassGradients, computeClassGradients } from "./class_step.ts";
import { checkLoss } from "./course.ts";
import type { LabeledImages } from "./label_images.ts";
import type { Optimizer } from "./optimizer.ts";
import type { StepEvent } from "./train_epoch.ts";

/** What an epoch works on. */
export interface ClassEpochMakings {
  model: Model;
  optimizer: Optimizer;
  images: LabeledImages;
  /** Indices of the images of each class, two or more. */
  classes: readonly (readonly number[])[];
  /** Decodes images at the size that windows are cut from. */
  pool: DecodePool;
  /** The windows. */
  views: ViewChoices;
  options: Readonly<ClassTrainOptions>;
  random: Random;
  epoch: number;
  learningRate: number;
}

/** What an epoch came to. */
export interface ClassEpochCounts {
  /** Mean loss of its steps. */
  loss: number;
  /** Images learned from, some more than once. */
  images: number;
}

/**
 * Learns from about as many images as there are, in batches of `drawClassBatches`.
 *
 * Source: Jun et al., Combination of multiple global descriptors for image retrieval,
 * 2019, section 4.2; windows and mirror images as in leftthomas/CGD.
 */
export async function* learnClasses(
  makings: ClassEpochMakings,
): AsyncGenerator<ProgressEvent | StepEvent, ClassEpochCounts> {
  const { images, classes, pool, options, random, epoch } = makings;
  const batches = drawClassBatches(classes, random.fork("batches"), options);
  const drawn = batches.flat();
  const viewRandom = random.fork("views");
  const read = imageBatches(pool, drawn.map((i) => images.paths[i]!), {
    batchSize: batches[0]!.length,
    views: drawn.map(() => drawView(viewRandom, makings.views)),
  });
  let [step, total] = [0, 0];
  yield progress(`epoch ${epoch}`, 0, drawn.length);
  for await (const batch of read) {
    const labels = batch.indices.map((i) => images.labels[drawn[i]!]!);
    const { loss, ...parts } = await learn(makings, batch, labels, ++step);
    total += loss;
    const globalStep = (epoch - 1) * batches.length + step;
    yield {
      kind: "step",
      epoch,
      step,
      batch: step,
      globalStep,
      loss,
      ...parts,
    };
    const done = step * batch.indices.length;
    yield progress(`epoch ${epoch}`, done, drawn.length);
  }
  return { loss: total / step, images: drawn.length };
}

/** Makes one step. */
async function learn(
  { model, optimizer, options, epoch, learningRate }: ClassEpochMakings,
  batch: Images,
  labels: number[],
  step: number,
): Promise<Omit<ClassGradients, "gradients">> {
  const parts: FrozenBatch[] = [];
  try {
    const run = runFrozenBatch(model, batch, [...labels.keys()]);
    for await (const part of run) parts.push(part);
    const features = parts.map((part) => part.features);
    const { gradients, ...losses } = await computeClassGradients(
      model,
      { features, labels },
      options,
    );
    try {
      checkLoss(losses.loss, { epoch, step });
      optimizer.step(gradients, learningRate);
      return losses;
    } finally {
      tf.dispose(gradients);
    }
  } finally {
    for (const part of parts) part.dispose();
  }
}
