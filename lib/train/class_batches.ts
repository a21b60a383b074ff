/**
 * Batches of a few images of each of many classes.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { ClassOptions } from "./class_options.ts";

/** Sizes of batches. */
export type BatchOptions = Pick<ClassOptions, "batchImages" | "imagesPerClass">;

/**
 * Images of each class that has two or more.
 *
 * @param labels Class of each image, from 0, `[N]`.
 * @returns Indices of images, ascending, class by class.
 */
export function groupByClass(labels: readonly number[]): number[][] {
  return [...Map.groupBy(labels.keys(), (i) => labels[i]!).values()]
    .filter(({ length }) => length > 1);
}

/** Images in every batch: fewer than `batchImages` where there are not enough classes for it. */
export function countBatchImages(
  numClasses: number,
  { batchImages, imagesPerClass }: BatchOptions,
): number {
  return Math.min(batchImages, numClasses * imagesPerClass);
}

/**
 * Draws the batches of an epoch: as many as there are images for, one at least. Each has
 * `imagesPerClass` images of different classes; of a class that has not as many, some
 * come more than once.
 *
 * @param classes Made by `groupByClass`.
 * @param random Moves on.
 * @returns Indices of images, batch by batch, those of a class side by side.
 *
 * Source: the batches of Hermans et al., In defense of the triplet loss for person
 * re-identification, 2017, section 2; their number as in pytorch-metric-learning's MPerClassSampler.
 */
export function drawClassBatches(
  classes: readonly (readonly number[])[],
  random: Random,
  options: BatchOptions,
): number[][] {
  const size = countBatchImages(classes.length, options);
  const numImages = classes.reduce((sum, { length }) => sum + length, 0);
  const numBatches = Math.max(1, Math.floor(numImages / size));
  const { imagesPerClass } = options;
  return Array.from(
    { length: numBatches },
    () =>
      random.sampleDistinct(classes.length, size / imagesPerClass)
        .flatMap((each) => drawImages(classes[each]!, random, imagesPerClass)),
  );
}

function drawImages(
  images: readonly number[],
  random: Random,
  count: number,
): number[] {
  const places = images.length < count
    ? random.sample(images.length, count)
    : random.sampleDistinct(images.length, count);
  return places.map((place) => images[place]!);
}
