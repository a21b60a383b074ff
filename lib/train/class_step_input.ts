/**
 * Images with classes, as a step takes them.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import type * as tf from "../engine/tf.ts";
import { OptionsError, ShapeError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { isCgd } from "../model/options.ts";
import { checkLabels, checkSeveralClasses } from "./class_loss.ts";

/** What the losses of a batch are computed from. */
export interface ClassBatch {
  /** Features of the images at the cut of the model, some at a time, `[n, h, w, C]` each. The caller disposes them. */
  features: readonly tf.Tensor4D[];
  /** Class of each image in that order, from 0, `[N]`. */
  labels: readonly number[];
}

/**
 * Checks that a model can be trained on classes.
 *
 * @returns How many it classifies.
 * @throws {OptionsError} If it is not CGD, or has no auxiliary head.
 */
export function checkClassModel(
  { options: { pooling, cgdClasses } }: Model,
): number {
  if (isCgd(pooling) && cgdClasses !== undefined) return cgdClasses;
  throw new OptionsError("Cannot train this model on classes", {
    where: isCgd(pooling) ? "option cgdClasses" : `option pooling: ${pooling}`,
    fix: "use a pooling such as cgd:SG, and the number of classes of the data",
  });
}

/**
 * Checks a batch before tensors are made of it.
 *
 * @returns Its number of images, N.
 * @throws {ShapeError} If there is not one label for each, of several classes that the model has.
 */
export function checkClassBatch(
  { features, labels }: ClassBatch,
  numClasses: number,
): number {
  const N = features.reduce(
    (sum, { shape }) => sum + checkShape("features", shape, "n h w C").n,
    0,
  );
  if (N !== labels.length) {
    throw new ShapeError(`Cannot use ${labels.length} labels for ${N} images`, {
      where: "argument labels",
      fix: "pass the class of each image",
    });
  }
  checkLabels(labels, numClasses);
  checkSeveralClasses(labels);
  return N;
}
