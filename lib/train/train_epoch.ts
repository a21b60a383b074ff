/**
 * One epoch: refresh the descriptors, mine tuples, learn from them.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import {
  createDatasetDescriptors,
  type DatasetDescriptors,
  describeDataset,
} from "../describe/describe_dataset.ts";
import type { FrozenFeatures } from "../describe/frozen_features.ts";
import * as tf from "../engine/tf.ts";
import type { Model } from "../model/model.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import { checkLoss } from "./course.ts";
import { drawNegatives, mineTuple, type Tuple } from "./mining.ts";
import { type Optimizer, refreshQueriesAt } from "./optimizer.ts";
import type { TrainOptions } from "./options.ts";
import { orderQueries } from "./query_order.ts";
import { listOf, type TrainQueries } from "./train_queries.ts";
import { computeGradients } from "./train_step.ts";

/** A batch of tuples has been learned from. */
export interface StepEvent {
  /** A step is done. */
  kind: "step";
  /** From 1. */
  epoch: number;
  /** From 1, within the epoch. */
  step: number;
  /** Batch of the epoch that it learned from, from 1: those without a tuple count too. */
  batch: number;
  /** (epoch − 1)·⌈queries / batchTuples⌉ + batch, as pytorch-NetVlad counts for its logs. */
  globalStep: number;
  /** Before the step. */
  loss: number;
  /** Negatives in the batch; left out where classes are learned. */
  negatives?: number;
  /** The part of the loss that is the cross-entropy of classes, where they are learned. */
  classLoss?: number;
  /** The part of the loss that is the triplet loss, where classes are learned. */
  tripletLoss?: number;
}

/** What an epoch works on. */
export interface EpochMakings {
  model: Model;
  optimizer: Optimizer;
  dataset: PlaceDataset;
  /** Frozen features of the training set. */
  source: FrozenFeatures;
  /** Folder for descriptors while they are needed. */
  folder: string;
  describeBatch: number;
  options: Readonly<TrainOptions>;
  queries: TrainQueries;
  /** Negatives that each query looks at again at its next turn; moved on. */
  cachedNegatives: Record<string, number[]>;
  random: Random;
  epoch: number;
  learningRate: number;
}

/** What an epoch came to. */
export interface EpochCounts {
  /** Mean loss of its steps; `null` if there were none. */
  loss: number | null;
  tuples: number;
  skipped: number;
}

/**
 * Learns from every query once, in the order of `orderQueries`.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, section 4 and appendix A.
 */
export async function* trainEpoch(
  makings: EpochMakings,
): AsyncGenerator<ProgressEvent | StepEvent, EpochCounts> {
  const { model, options, queries, random, dataset } = makings;
  const totals = { loss: 0, batches: 0, steps: 0, tuples: 0, skipped: 0 };
  const parts = orderQueries(queries.indices, random, {
    ...options,
    refreshQueries: refreshQueriesAt(makings.epoch, options),
  });
  let done = 0;
  for (const part of parts) {
    using descriptors = createDatasetDescriptors(
      dataset,
      makings.folder,
      model.descriptorLength,
    );
    yield* describeDataset(
      model,
      makings.source,
      descriptors,
      makings.describeBatch,
    );
    for (let first = 0; first < part.length; first += options.batchTuples) {
      const batch = part.slice(first, first + options.batchTuples);
      const tuples = mineBatch(makings, descriptors, batch);
      done += batch.length;
      totals.tuples += tuples.length;
      totals.skipped += batch.length - tuples.length;
      totals.batches++;
      if (tuples.length > 0) {
        totals.steps++;
        const event = await learn(makings, tuples, totals);
        totals.loss += event.loss;
        yield event;
      }
      yield progress(`epoch ${makings.epoch}`, done, queries.indices.length);
    }
  }
  const { steps, tuples, skipped } = totals;
  return { loss: steps > 0 ? totals.loss / steps : null, tuples, skipped };
}

/** Mines the tuples of some queries; those without a violating negative have none. */
function mineBatch(
  { options, queries, cachedNegatives, random, dataset }: EpochMakings,
  descriptors: DatasetDescriptors,
  batch: readonly number[],
): Tuple[] {
  return batch.flatMap((queryIndex) => {
    const drawnNegatives = drawNegatives(
      random,
      dataset.database.paths.length,
      listOf(queries.nearby, queryIndex),
      options,
    );
    const mined = mineTuple(descriptors, {
      queryIndex,
      potentialPositives: listOf(queries.potentialPositives, queryIndex),
      drawnNegatives,
      cachedNegatives: cachedNegatives[queryIndex] ?? [],
    }, options);
    if (mined.cachedNegatives.length > 0) {
      cachedNegatives[queryIndex] = mined.cachedNegatives;
    }
    return mined.tuple ?? [];
  });
}

/** Makes one step. */
async function learn(
  makings: EpochMakings,
  tuples: readonly Tuple[],
  { steps: step, batches: batch }: { steps: number; batches: number },
): Promise<StepEvent> {
  const { model, dataset, options, epoch, queries } = makings;
  const isOne = dataset.queries === dataset.database;
  const { loss, gradients } = await computeGradients(model, {
    tuples,
    source: makings.source,
    firstQuery: isOne ? 0 : dataset.database.paths.length,
    batchSize: makings.describeBatch,
  }, options);
  try {
    checkLoss(loss, { epoch, step });
    // Of Relja's program: a mean over no negative moves nothing, decay and momentum neither.
    if (options.lossOver === "all" || loss > 0) {
      makings.optimizer.step(gradients, makings.learningRate);
    }
  } finally {
    tf.dispose(gradients);
  }
  const negatives = tuples.flatMap((tuple) => tuple.negativeIndices).length;
  const batches = Math.ceil(queries.indices.length / options.batchTuples);
  const globalStep = (epoch - 1) * batches + batch;
  return { kind: "step", epoch, step, batch, globalStep, loss, negatives };
}
