/**
 * How many images can be learned from at once.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { intermediateSizes } from "../model/layers.ts";
import type { Model } from "../model/model.ts";

/**
 * Bytes of features inside the trained part that are kept for its gradients. A step
 * uses four to five times as much, and WASM can address 4 GiB: ResNet-50 from layer4
 * on, at layer3 stride 1, learns from 27 images of 224x224 at once, and not from 40;
 * this makes it 23.
 */
const KEPT_BYTES = 704 * 2 ** 20;

/**
 * Counts the images that can go through the trained part forwards and backwards
 * together: what lies between its layers is kept meanwhile.
 *
 * @param features Features at the cut, `[N, h, w, C]`.
 * @returns At least 1.
 */
export function imagesLearnedAtOnce(
  model: Pick<Model, "parts" | "imagesPerTrainedRun">,
  features: { shape: readonly number[] },
): number {
  const [, height, width, channels] = features.shape as number[];
  const bytes = intermediateSizes(model.parts.trained, {
    height: height!,
    width: width!,
    channels: channels!,
  }).reduce(
    (sum, size) => sum + size.height * size.width * size.channels * 4,
    0,
  );
  return Math.max(
    1,
    Math.min(
      model.imagesPerTrainedRun(features),
      Math.floor(KEPT_BYTES / bytes),
    ),
  );
}

/** Splits features so that each part can be learned from at once. The caller disposes the parts. */
export function splitToLearn(
  model: Model,
  features: tf.Tensor4D,
): tf.Tensor4D[] {
  const count = features.shape[0];
  const step = imagesLearnedAtOnce(model, features);
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => {
    const size = Math.min(step, count - i * step);
    return tf.slice(features, [i * step, 0, 0, 0], [size, -1, -1, -1]);
  });
}
