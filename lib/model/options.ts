/**
 * Options of a model: its encoder, its aggregation layer, and where its parameters come from.
 *
 * @module
 */
import {
  BOOLEAN,
  COUNT,
  DEFAULT_SEED,
  INTEGER,
  integerFrom,
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import { ARCH_NAMES, type ArchName } from "./network.ts";

/** Names of the aggregation layers. */
export const POOLINGS = ["netvlad", "max", "avg"] as const;

/** Names of the checkpoints of a run. */
export const CHECKPOINTS = ["latest", "best"] as const;

/** Options of a model. Each is described, with its unit, here and nowhere else. */
export interface ModelOptions {
  /** Encoder: the network up to its last convolution. */
  arch: ArchName;
  /** Aggregation layer: NetVLAD, or the maximum or mean over positions. */
  pooling: typeof POOLINGS[number];
  /** Clusters K of NetVLAD, 2 to 4096. */
  numClusters: number;
  /** NetVLAD with biases in the soft assignment, initialised from squared distances. */
  vladV2: boolean;
  /** File of encoder weights; random weights if left out. */
  weights?: string;
  /** Divides the channels of every layer of the encoder: 1 is the published network. */
  widthDivisor: number;
  /** Seed of random weights. */
  seed: number;
}

/** The one place where the defaults live. */
export const MODEL_DEFAULTS: Readonly<ModelOptions> = Object.freeze({
  arch: "vgg16",
  pooling: "netvlad",
  numClusters: 64,
  vladV2: false,
  widthDivisor: 1,
  seed: DEFAULT_SEED,
});

/** More clusters make descriptors of millions of values: a slip of the hand. */
const MAX_CLUSTERS = 4096;

const MODEL_RULES: Rules<ModelOptions> = {
  arch: oneOf(ARCH_NAMES),
  pooling: oneOf(POOLINGS),
  numClusters: {
    holds: (count) =>
      integerFrom(2).holds(count) && Number(count) <= MAX_CLUSTERS,
    wanted: `an integer from 2 to ${MAX_CLUSTERS}`,
  },
  vladV2: BOOLEAN,
  weights: optional(TEXT),
  widthDivisor: COUNT,
  seed: INTEGER,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveModelOptions(
  given: Partial<ModelOptions> = {},
): Readonly<ModelOptions> {
  return resolveOptions(given, {
    purpose: "make a model",
    defaults: MODEL_DEFAULTS,
    rules: MODEL_RULES,
    conflicts: ({ pooling, vladV2 }) =>
      vladV2 && pooling !== "netvlad"
        ? [`vladV2 is for the pooling netvlad, not ${pooling}`]
        : [],
  });
}

/** Which trained parameters to start from. */
export interface CheckpointOptions {
  /** Run folder to continue or to take a trained model from. */
  resume?: string;
  /** Checkpoint of that run: the last one, or the one of the best Recall@5. */
  checkpoint: typeof CHECKPOINTS[number];
}

/** The one place where the defaults live. */
export const CHECKPOINT_DEFAULTS: Readonly<CheckpointOptions> = Object.freeze({
  checkpoint: "latest",
});

const CHECKPOINT_RULES: Rules<CheckpointOptions> = {
  resume: optional(TEXT),
  checkpoint: oneOf(CHECKPOINTS),
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveCheckpointOptions(
  given: Partial<CheckpointOptions> = {},
): Readonly<CheckpointOptions> {
  return resolveOptions(given, {
    purpose: "choose a checkpoint",
    defaults: CHECKPOINT_DEFAULTS,
    rules: CHECKPOINT_RULES,
  });
}
