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
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import { ARCH_NAMES, type ArchName } from "./network.ts";

/** Names of the aggregation layers. */
export const POOLINGS = ["netvlad", "max", "avg", "gem"] as const;

/** Forms of local descriptors: L2-normalised, or as the encoder gives them. */
export const LOCAL_FORMS = ["normalized", "raw"] as const;

/** Ways to choose the first values of NetVLAD v2: as published, or with pytorch-NetVlad's defects. */
export const VLAD_INITS = ["published", "pytorch-netvlad"] as const;

/** Orders of the values of a NetVLAD descriptor: k·D + d, or d·K + k. */
export const VLAD_ORDERS = ["cluster-major", "channel-major"] as const;

/** Ways to keep NetVLAD from dividing by a norm of zero: see `lib/model/normalize.ts`. */
export const VLAD_NORMS = ["clamped", "smoothed"] as const;

/** Names of the checkpoints of a run. */
export const CHECKPOINTS = ["latest", "best"] as const;

/** Options of a model. Each is described, with its unit, here and nowhere else. */
export interface ModelOptions {
  /** Encoder: the network up to its last convolution. */
  arch: ArchName;
  /** Aggregation layer: NetVLAD, or the maximum, mean or generalised mean (p = 3) over positions. */
  pooling: typeof POOLINGS[number];
  /** Clusters K of NetVLAD, 1 to 4096. */
  numClusters: number;
  /** NetVLAD with biases in the soft assignment, initialised from squared distances. */
  vladV2: boolean;
  /** How the first values of NetVLAD v2 follow from centroids; v1 has one way. */
  vladInit: typeof VLAD_INITS[number];
  /** Order of the values of a NetVLAD descriptor: cluster by cluster, or channel by channel. */
  vladOrder: typeof VLAD_ORDERS[number];
  /** What NetVLAD divides by: norms of at least 1e-12, or norms to which 1e-12 is added. */
  vladNorm: typeof VLAD_NORMS[number];
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
  vladInit: "published",
  vladOrder: "cluster-major",
  vladNorm: "clamped",
  widthDivisor: 1,
  seed: DEFAULT_SEED,
});

/** More clusters make descriptors of millions of values: a slip of the hand. */
const MAX_CLUSTERS = 4096;

const MODEL_RULES: Rules<ModelOptions> = {
  arch: oneOf(ARCH_NAMES),
  pooling: oneOf(POOLINGS),
  numClusters: {
    holds: (count) => COUNT.holds(count) && Number(count) <= MAX_CLUSTERS,
    wanted: `an integer from 1 to ${MAX_CLUSTERS}`,
  },
  vladV2: BOOLEAN,
  vladInit: oneOf(VLAD_INITS),
  vladOrder: oneOf(VLAD_ORDERS),
  vladNorm: oneOf(VLAD_NORMS),
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
