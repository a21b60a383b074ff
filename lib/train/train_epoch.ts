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
import { OptionsError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Random } from "../random.ts";
import { drawNegatives, mineTuple, type Tuple } from "./mining.ts";
import type { Optimizer } from "./optimizer.ts";
import type { TrainOptions } from "./options.ts";
import { listOf, type TrainQueries } from "./train_queries.ts";
import { computeGradients } from "./train_step.ts";

/** A batch of tuples has been learned from. */
export interface StepEvent {
  kind: "step";
  epoch: number;
  /** From 1, within the epoch. */
  step: number;
  loss: number;
  /** Negatives in the batch. */
  negatives: number;
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
  /** Hard negatives of each query at its last turn; moved on. */
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
 * Learns from every query once, in random order within each refresh.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, section 4 and appendix A; order as
 * in pytorch-NetVlad.
 */
export async function* trainEpoch(
  makings: EpochMakings,
): AsyncGenerator<ProgressEvent | StepEvent, EpochCounts> {
  const { model, options, queries, random, dataset } = makings;
  const totals = { loss: 0, steps: 0, tuples: 0, skipped: 0 };
  const subsets = splitEvenly(queries.indices, options.cacheRefreshQueries);
  let done = 0;
  for (const subset of subsets) {
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
    const order = random.sampleDistinct(subset.length, subset.length)
      .map((i) => subset[i]!);
    for (let first = 0; first < order.length; first += options.batchTuples) {
      const batch = order.slice(first, first + options.batchTuples);
      const tuples = mineBatch(makings, descriptors, batch);
      done += batch.length;
      totals.tuples += tuples.length;
      totals.skipped += batch.length - tuples.length;
      if (tuples.length > 0) {
        const event = await learn(makings, tuples, ++totals.steps);
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
    const tuple = mineTuple(descriptors, {
      queryIndex,
      potentialPositives: listOf(queries.potentialPositives, queryIndex),
      drawnNegatives,
      cachedNegatives: cachedNegatives[queryIndex] ?? [],
    }, options);
    if (tuple === undefined) return [];
    cachedNegatives[queryIndex] = tuple.negativeIndices;
    return [tuple];
  });
}

/** Makes one step. */
async function learn(
  makings: EpochMakings,
  tuples: readonly Tuple[],
  step: number,
): Promise<StepEvent> {
  const { model, dataset, options, epoch } = makings;
  const isOne = dataset.queries === dataset.database;
  const { loss, gradients } = await computeGradients(model, {
    tuples,
    source: makings.source,
    firstQuery: isOne ? 0 : dataset.database.paths.length,
    batchSize: makings.describeBatch,
  }, options);
  try {
    if (!Number.isFinite(loss)) {
      throw new OptionsError(`Cannot go on training: the loss is ${loss}`, {
        where: `epoch ${epoch}, step ${step}`,
        fix: "lower learningRate, and resume from the last checkpoint",
      });
    }
    makings.optimizer.step(gradients, makings.learningRate);
  } finally {
    tf.dispose(gradients);
  }
  const negatives = tuples.flatMap((tuple) => tuple.negativeIndices).length;
  return { kind: "step", epoch, step, loss, negatives };
}

/** Splits items in order into as few parts of at most `most` as there can be, as even as can be. */
function splitEvenly<Item>(items: readonly Item[], most: number): Item[][] {
  const parts = Math.ceil(items.length / most);
  const small = Math.floor(items.length / parts);
  const larger = items.length % parts;
  return Array.from({ length: parts }, (_, i) => {
    const start = i * small + Math.min(i, larger);
    return items.slice(start, start + small + (i < larger ? 1 : 0));
  });
}
