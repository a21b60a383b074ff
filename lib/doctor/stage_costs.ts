/**
 * What estimates of stages are made of: counts, sizes, memory and speeds.
 *
 * @module
 */
import { DESCRIBE_DEFAULTS } from "../describe/options.ts";
import type { EngineName } from "../engine/engine.ts";
import type { ImageSize } from "../image_size.ts";
import { descriptorLength, headShapes } from "../model/aggregate.ts";
import { describeNetwork } from "../model/architectures.ts";
import {
  cutNetwork,
  type FeatureSize,
  imagesPerRun,
  intermediateSizes,
  outputChannels,
  weightShapes,
} from "../model/layers.ts";
import type { ModelOptions } from "../model/options.ts";
import type { CheckedEngine } from "./examine_engine.ts";
import type { ModelFlops } from "./measured_model.ts";
import type { EngineSpeed } from "./speed.ts";

/** A stage, and what it will take. */
export interface StageEstimate {
  /** Such as `cluster`, `train, first epoch`, `test (val)`. */
  stage: string;
  /** Time on each engine that was measured. */
  seconds: Partial<Record<EngineName, number>>;
  /** Largest memory of the process. */
  memoryBytes: number;
  /** Disk space, most of it given back in the end. */
  diskBytes: number;
}

/** Images of a split. */
export interface SplitCounts {
  split: string;
  /** Images searched, M. */
  database: number;
  /** Images to locate, Q. */
  queries: number;
  /** Whether queries are the database, each described once. */
  isOne: boolean;
}

/** The splits of a training. */
export interface TrainingCounts {
  train: SplitCounts;
  validation: SplitCounts | undefined;
}

/** What estimates come from. */
export interface EstimatePlan {
  splits: readonly SplitCounts[];
  model: Readonly<ModelOptions>;
  size: ImageSize;
  engines: readonly CheckedEngine[];
  /** Images decoded in a second. */
  decodeRate: number;
}

/** Sizes of a model and of what it makes of an image. */
export interface ModelCosts {
  /** Length of a descriptor, F. */
  F: number;
  /** Length of a local descriptor, D. */
  D: number;
  /** Features of an image at the cut, where training begins. */
  featureBytes: number;
  weightBytes: number;
  trainedBytes: number;
  /** Memory of a process that describes images. */
  describeBytes: number;
}

/** Memory of a process with an engine and no work, as measured. */
const IDLE_BYTES = 0.3e9;
/** Copies of weights: as made, as a graph, in the engine. */
const WEIGHT_COPIES = 3;
/** Large values that an engine holds at once. */
export const LIVE_VALUES = 3;
/** Batches of decoded images: the one in use, and two ahead. */
const BATCHES = 3;
/** What `wasm` takes for the largest tensor of a run. */
const LARGEST_TENSOR_BYTES = 256 * 2 ** 20;

/** Works out what a model needs for images of a size. */
export function listCosts(
  { model, size }: Pick<EstimatePlan, "model" | "size">,
): ModelCosts {
  const network = describeNetwork(model.arch, model);
  const { frozen, trained } = cutNetwork(network, network.trainFrom);
  const input = { ...size, channels: 3 };
  const sizes = intermediateSizes(network.layers, input);
  const D = outputChannels(network.layers, 3);
  const cut = intermediateSizes(frozen, input).at(-1)!;
  const head = bytesOf(headShapes(model, D));
  const weightBytes = bytesOf(weightShapes(network.layers, 3)) + head;
  const { describeBatch } = DESCRIBE_DEFAULTS;
  const imagesAtOnce = Math.min(
    describeBatch,
    imagesPerRun(network.layers, input, LARGEST_TENSOR_BYTES),
  );
  return {
    F: descriptorLength(model, D),
    D,
    featureBytes: bytesOfFeatures(cut),
    weightBytes,
    trainedBytes: bytesOf(weightShapes(trained, cut.channels)) + head,
    describeBytes: IDLE_BYTES + WEIGHT_COPIES * weightBytes +
      BATCHES * describeBatch * size.height * size.width * 3 +
      LIVE_VALUES * imagesAtOnce * Math.max(...sizes.map(bytesOfFeatures)),
  };
}

function bytesOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return [...shapes.values()]
    .reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
}

function bytesOfFeatures({ height, width, channels }: FeatureSize): number {
  return 4 * height * width * channels;
}

/** Images of a split that are described. */
export function countImages({ database, queries, isOne }: SplitCounts): number {
  return isOne ? database : database + queries;
}

/** Seconds of an exact search. */
export function searchSeconds(
  { database, queries }: SplitCounts,
  F: number,
  { products }: EngineSpeed,
): number {
  return 2 * database * queries * F / products;
}

/** Time on each engine that was measured. */
export function onEach(
  engines: readonly CheckedEngine[],
  secondsOf: (speed: EngineSpeed, flops: ModelFlops) => number,
): StageEstimate["seconds"] {
  return Object.fromEntries(
    engines.flatMap(({ name, speed, flops }) =>
      speed && flops ? [[name, secondsOf(speed, flops)]] : []
    ),
  );
}
