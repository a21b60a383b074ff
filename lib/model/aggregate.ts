/**
 * The head of a model: which aggregation layer, with which parameters.
 *
 * @module
 */
import type * as tf from "../engine/tf.ts";
import type { Random } from "../random.ts";
import type { Aggregator, HeadOptions } from "./aggregator.ts";
import { AVERAGE } from "./aggregators/average.ts";
import { CGD } from "./aggregators/cgd.ts";
import { CROW } from "./aggregators/crow.ts";
import { GEM, WEIGHTED_GEM } from "./aggregators/gem.ts";
import { LARGEST } from "./aggregators/largest.ts";
import { NETVLAD } from "./aggregators/netvlad.ts";
import { RMAC } from "./aggregators/rmac.ts";
import { isCgd, type Pooling, type POOLINGS } from "./options.ts";
import type { NamedTensors } from "./weights/tensors.ts";

/** Every aggregation layer by its name, but for CGD, which has many names. */
export const AGGREGATORS: Readonly<
  Record<typeof POOLINGS[number], Aggregator>
> = Object.freeze({
  netvlad: NETVLAD,
  max: LARGEST,
  avg: AVERAGE,
  gem: GEM,
  wgem: WEIGHTED_GEM,
  rmac: RMAC,
  crow: CROW,
});

/** The aggregation layer of a name. */
export function findAggregator(pooling: Pooling): Aggregator {
  return isCgd(pooling) ? CGD : AGGREGATORS[pooling];
}

/** Length of a descriptor, F, for local descriptors of length D. */
export function descriptorLength(options: HeadOptions, D: number): number {
  return findAggregator(options.pooling).descriptorLength(options, D);
}

/** Shapes of a head's parameters, by their names in a state dict. */
export function headShapes(
  options: HeadOptions,
  D: number,
): Map<string, number[]> {
  return findAggregator(options.pooling).shapes(options, D);
}

/** Names of those of a head's parameters that are not trained. */
export function headBuffers(options: HeadOptions): string[] {
  return findAggregator(options.pooling).buffers?.(options) ?? [];
}

/** First values of a head's parameters; random ones where nothing else is as good. */
export function randomHead(
  options: HeadOptions,
  D: number,
  random: Random,
): NamedTensors {
  return findAggregator(options.pooling).start(options, D, random);
}

/**
 * A head's parameters from a file of weights. What only training needs has first
 * values unless the file has all of it, in its shapes.
 */
export function completeHead(
  found: NamedTensors,
  options: HeadOptions,
  D: number,
  random: Random,
): NamedTensors {
  const names = findAggregator(options.pooling).auxiliary?.(options) ?? [];
  const shapes = headShapes(options, D);
  const isThere = names.every((name) =>
    `${found.get(name)?.shape}` === `${shapes.get(name)}`
  );
  if (isThere) return found;
  const first = randomHead(options, D, random);
  return new Map([
    ...found,
    ...names.map((name) => [name, first.get(name)!] as const),
  ]);
}

/**
 * Aggregates features into descriptors.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @param params The head's parameters by name.
 * @returns Descriptors, `[N, F]`, of unit length but for `poolNorm: "before"`. The caller disposes them.
 */
export function aggregate(
  features: tf.Tensor4D,
  options: HeadOptions,
  params: ReadonlyMap<string, tf.Tensor>,
): tf.Tensor2D {
  return findAggregator(options.pooling).aggregate(features, options, params);
}
