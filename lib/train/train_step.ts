/**
 * One update of a model from a batch of tuples.
 *
 * @module
 */
import type {
  FrozenBatch,
  FrozenFeatures,
} from "../describe/frozen_features.ts";
import * as tf from "../engine/tf.ts";
import type { Model } from "../model/model.ts";
import { addGradients, alsoNaN } from "./gradients.ts";
import { imagesLearnedAtOnce, splitToLearn } from "./images_at_once.ts";
import { type LossOptions, tripletLoss } from "./loss.ts";
import type { Tuple } from "./mining.ts";

/** Loss of a batch and its gradients by `variable.name`. The caller disposes the gradients. */
export interface LossGradients {
  /** Not a number where a descriptor or a gradient is not finite. */
  loss: number;
  gradients: tf.NamedTensorMap;
}

/** What the loss of a batch is computed from. */
export interface TupleBatch {
  tuples: readonly Tuple[];
  /** Frozen features of the training set: database images, then queries. */
  source: FrozenFeatures;
  /** Index in `source` of the first query; 0 where the queries are the database. */
  firstQuery: number;
  /** Images per batch of frozen features, at most. */
  batchSize: number;
}

/** Images of a batch, by role, as places in the list of its different images. */
interface TupleImages {
  /** Indices in the source, each once, `[n]`. */
  indices: number[];
  queries: number[];
  positives: number[];
  /** Those of the first tuple, then those of the second …. */
  negatives: number[];
  negativeCounts: number[];
}

/**
 * Computes the triplet loss of a batch and its gradients.
 *
 * If all images fit, they go through the trained part at once. If not, memory is
 * kept to a few images: the descriptors are computed first, then the loss's
 * gradient in them, then each few images again with that gradient.
 */
export async function computeGradients(
  model: Model,
  batch: TupleBatch,
  options: LossOptions,
): Promise<LossGradients> {
  const images = listImages(batch);
  const chunks: FrozenBatch[] = [];
  try {
    const read = batch.source.read(images.indices, batch.batchSize);
    for await (const chunk of read) chunks.push(chunk);
    const order = chunks.flatMap(({ indices }) => indices);
    const placed = placeImages(images, order);
    const fits =
      order.length <= imagesLearnedAtOnce(model, chunks[0]!.features);
    const { value, gradients } = fits
      ? differentiateAtOnce(model, chunks, placed, options)
      : differentiateInChunks(model, chunks, placed, options);
    const checked = alsoNaN(value, gradients);
    const [loss] = await checked.data();
    checked.dispose();
    return { loss: loss!, gradients };
  } finally {
    for (const chunk of chunks) chunk.dispose();
  }
}

interface ValueAndGradients {
  value: tf.Scalar;
  gradients: tf.NamedTensorMap;
}

function differentiateAtOnce(
  model: Model,
  chunks: readonly FrozenBatch[],
  images: TupleImages,
  options: LossOptions,
): ValueAndGradients {
  const { value, grads } = tf.variableGrads(() => {
    const descriptors = chunks.map(({ features }) =>
      model.runTrained(features)
    );
    return lossOf(tf.concat(descriptors, 0), images, options);
  }, [...model.variables.values()]);
  return { value, gradients: grads };
}

function differentiateInChunks(
  model: Model,
  chunks: readonly FrozenBatch[],
  images: TupleImages,
  options: LossOptions,
): ValueAndGradients {
  const parts = chunks.flatMap(({ features }) => splitToLearn(model, features));
  const rows = parts.map((features) => model.runTrained(features));
  const descriptors = tf.concat(rows, 0); // [n, F]
  tf.dispose(rows);
  const { value, grad: slope } = tf.valueAndGrad(
    (x: tf.Tensor) => lossOf(x as tf.Tensor2D, images, options),
  )(descriptors); // [n, F]
  descriptors.dispose();

  let gradients: tf.NamedTensorMap = {};
  let first = 0;
  for (const features of parts) {
    const count = features.shape[0];
    const { value: unused, grads } = tf.variableGrads(() => {
      const part = tf.slice(slope, [first, 0], [count, -1]);
      return tf.sum(tf.mul(model.runTrained(features), part));
    }, [...model.variables.values()]);
    unused.dispose();
    gradients = addGradients(gradients, grads);
    first += count;
  }
  tf.dispose([slope, ...parts]);
  return { value: value as tf.Scalar, gradients };
}

/** @param descriptors Of the different images of the batch, `[n, F]`. */
function lossOf(
  descriptors: tf.Tensor2D,
  images: TupleImages,
  options: LossOptions,
): tf.Scalar {
  const n = descriptors.shape[0];
  return tripletLoss({
    queries: pickRows(descriptors, images.queries, n),
    positives: pickRows(descriptors, images.positives, n),
    negatives: pickRows(descriptors, images.negatives, n),
    negativeCounts: images.negativeCounts,
  }, options);
}

/** Rows by index as a product with ones and zeros: the WASM backend cannot differentiate `gather`. */
function pickRows(
  rows: tf.Tensor2D,
  indices: readonly number[],
  n: number,
): tf.Tensor2D {
  const ones = new Float32Array(indices.length * n);
  indices.forEach((index, i) => {
    ones[i * n + index] = 1;
  });
  return tf.matMul(tf.tensor2d(ones, [indices.length, n]), rows);
}

/** Lists the images of a batch as indices in the source. */
function listImages({ tuples, firstQuery }: TupleBatch): TupleImages {
  const queries = tuples.map(({ queryIndex }) => firstQuery + queryIndex);
  const positives = tuples.map(({ positiveIndex }) => positiveIndex);
  const negatives = tuples.flatMap(({ negativeIndices }) => negativeIndices);
  return {
    indices: [...new Set([...queries, ...positives, ...negatives])],
    queries,
    positives,
    negatives,
    negativeCounts: tuples.map(({ negativeIndices }) => negativeIndices.length),
  };
}

/** Turns indices in the source into places in the order in which they came. */
function placeImages(images: TupleImages, order: number[]): TupleImages {
  const placeOf = new Map(order.map((index, place) => [index, place]));
  const place = (indices: number[]): number[] =>
    indices.map((index) => placeOf.get(index)!);
  return {
    ...images,
    indices: order,
    queries: place(images.queries),
    positives: place(images.positives),
    negatives: place(images.negatives),
  };
}
