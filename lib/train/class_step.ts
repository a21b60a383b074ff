/**
 * One update of a model from a batch of images with classes.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import {
  type CgdOutput,
  type CgdParams,
  type ChannelStatistics,
  classifyByCgd,
  describeByCgd,
  measureChannels,
  moveRunningStatistics,
} from "../model/cgd.ts";
import type { Model } from "../model/model.ts";
import {
  checkClassBatch,
  checkClassModel,
  type ClassBatch,
} from "./class_step_input.ts";
import {
  batchHardTriplet,
  type ClassLossOptions,
  smoothedCrossEntropy,
} from "./class_loss.ts";
import { addGradients, alsoNaN } from "./gradients.ts";
import { imagesLearnedAtOnce, splitToLearn } from "./images_at_once.ts";

/** Losses of a batch, and the gradients of their sum by `variable.name`. The caller disposes the gradients. */
export interface ClassGradients {
  /** The sum of both; not a number where a descriptor or a gradient is not finite. */
  loss: number;
  /** Cross-entropy of the auxiliary head. */
  classLoss: number;
  /** Batch-hard triplet loss of the descriptors. */
  tripletLoss: number;
  /** Of all variables of the model. */
  gradients: tf.NamedTensorMap;
}

/**
 * Computes the losses of CGD for a batch and the gradients of their sum, and moves
 * the running statistics of the auxiliary head.
 *
 * The auxiliary head normalises by the whole batch. If all images fit, they go
 * through the trained part at once. If not, memory is kept to a few images:
 * descriptors and pooled vectors are computed first, then the loss's gradient in
 * these, then a few images at a time again with that gradient.
 *
 * @param model A `cgd:…` model with `cgdClasses`.
 * @throws {OptionsError} If it is another model.
 * @throws {ShapeError} If all images are of one class, a label has no logit, or there are more or fewer labels than images.
 *
 * Source: Jun et al., Combination of multiple global descriptors for image
 * retrieval, 2019, section 3.3; the momentum of PyTorch's `BatchNorm1d`.
 */
export async function computeClassGradients(
  model: Model,
  batch: ClassBatch,
  options: ClassLossOptions,
): Promise<ClassGradients> {
  const N = checkClassBatch(batch, checkClassModel(model));
  const fits = batch.features
    .every((features) => N <= imagesLearnedAtOnce(model, features));
  const { losses, gradients } = fits
    ? differentiateAtOnce(model, batch, options)
    : differentiateInChunks(model, batch, options);
  const { sum, ofClasses, ofTriplets, statistics } = losses;
  moveRunningStatistics(model.buffers, statistics, N);
  const checked = alsoNaN(sum, gradients);
  const values = tf.stack([checked, ofClasses, ofTriplets]);
  tf.dispose([checked, ofClasses, ofTriplets, statistics]);
  const [loss, classLoss, tripletLoss] = await values.data();
  values.dispose();
  return {
    loss: loss!,
    classLoss: classLoss!,
    tripletLoss: tripletLoss!,
    gradients,
  };
}

/** Losses of a batch. The caller disposes all of them. */
interface ClassLosses {
  sum: tf.Scalar;
  ofClasses: tf.Scalar;
  ofTriplets: tf.Scalar;
  /** Statistics of the channels that were classified by. */
  statistics: ChannelStatistics;
}

interface LossesAndGradients {
  losses: ClassLosses;
  gradients: tf.NamedTensorMap;
}

function differentiateAtOnce(
  model: Model,
  { features, labels }: ClassBatch,
  options: ClassLossOptions,
): LossesAndGradients {
  const found: ClassLosses[] = [];
  const { grads: gradients } = tf.variableGrads(() => {
    const output = join(features.map((some) => runTrained(model, some)));
    const losses = keepLosses(output, labels, model.variables, options);
    found.push(losses);
    return losses.sum;
  }, [...model.variables.values()]);
  return { losses: found[0]!, gradients };
}

function differentiateInChunks(
  model: Model,
  { features, labels }: ClassBatch,
  options: ClassLossOptions,
): LossesAndGradients {
  const chunks = features.flatMap((some) => splitToLearn(model, some));
  const whole = tf.tidy(() =>
    join(chunks.map((chunk) => runTrained(model, chunk)))
  );
  const { losses, slopes, gradients } = differentiateLosses(
    model,
    whole,
    labels,
    options,
  );
  const rest = differentiateAlong(model, chunks, slopes);
  tf.dispose([...chunks, whole, slopes]);
  return { losses, gradients: { ...rest, ...gradients } };
}

/** The losses of a batch, with their gradients in what the trained part gives and in the auxiliary head. */
function differentiateLosses(
  { variables }: Model,
  { descriptors, pooled }: CgdOutput,
  labels: readonly number[],
  options: ClassLossOptions,
): LossesAndGradients & { slopes: CgdOutput } {
  const found: ClassLosses[] = [];
  const auxiliary = [...variables].flatMap(([name, variable]) =>
    name.startsWith("auxiliary_module.") ? [variable] : []
  );
  const { grads: [ofDescriptors, ofPooled, ...ofAuxiliary] } = tf
    .valueAndGrads((descriptors: tf.Tensor, pooled: tf.Tensor) => {
      const output = { descriptors, pooled } as CgdOutput;
      const losses = keepLosses(output, labels, variables, options);
      found.push(losses);
      return losses.sum;
    })([descriptors, pooled, ...auxiliary]);
  return {
    losses: found[0]!,
    slopes: {
      descriptors: ofDescriptors as tf.Tensor2D,
      pooled: ofPooled as tf.Tensor2D,
    },
    gradients: Object.fromEntries(
      auxiliary.map(({ name }, i) => [name, ofAuxiliary[i]!]),
    ),
  };
}

/** Gradients of what comes before the losses, from the losses' own in it, a chunk at a time. */
function differentiateAlong(
  model: Model,
  chunks: readonly tf.Tensor4D[],
  slopes: CgdOutput,
): tf.NamedTensorMap {
  let gradients: tf.NamedTensorMap = {};
  let first = 0;
  for (const chunk of chunks) {
    const count = chunk.shape[0];
    const along = (rows: tf.Tensor, slope: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(rows, tf.slice(slope, [first, 0], [count, -1])));
    const { value, grads } = tf.variableGrads(() => {
      const { descriptors, pooled } = runTrained(model, chunk);
      return tf.add(
        along(descriptors, slopes.descriptors),
        along(pooled, slopes.pooled),
      ) as tf.Scalar;
    }, [...model.variables.values()]);
    value.dispose();
    gradients = addGradients(gradients, grads);
    first += count;
  }
  return gradients;
}

/** From features at the cut to descriptors and pooled vectors. */
function runTrained(model: Model, features: tf.Tensor4D): CgdOutput {
  return tf.tidy(() =>
    describeByCgd(
      model.encodeTrained(features),
      model.options,
      model.variables,
    )
  );
}

function join(parts: readonly CgdOutput[]): CgdOutput {
  return {
    descriptors: tf.concat(parts.map(({ descriptors }) => descriptors), 0),
    pooled: tf.concat(parts.map(({ pooled }) => pooled), 0),
  };
}

/** Computes losses that outlive the differentiation that they are part of. */
function keepLosses(
  { descriptors, pooled }: CgdOutput,
  labels: readonly number[],
  params: CgdParams,
  options: ClassLossOptions,
): ClassLosses {
  const ofTriplets = batchHardTriplet(descriptors, labels, options);
  const statistics = measureChannels(pooled);
  const logits = classifyByCgd(pooled, statistics, params);
  const ofClasses = smoothedCrossEntropy(logits, labels, options);
  return {
    sum: tf.keep(tf.add(ofClasses, ofTriplets)) as tf.Scalar,
    ofClasses: tf.keep(ofClasses),
    ofTriplets: tf.keep(ofTriplets),
    statistics: {
      mean: tf.keep(statistics.mean),
      variance: tf.keep(statistics.variance),
    },
  };
}
