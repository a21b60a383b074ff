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
  POSITIVE,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import { ARCH_NAMES, type ArchName } from "./network.ts";

/** Names of the aggregation layers, but for CGD, which is named after its descriptors: `cgd:SG`. */
export const POOLINGS = [
  "netvlad",
  "max",
  "avg",
  "gem",
  "wgem",
  "rmac",
  "crow",
] as const;

/** An aggregation layer: one of `POOLINGS`, or `cgd:` and some of S, M and G in any order. */
export type Pooling = typeof POOLINGS[number] | `cgd:${string}`;

/** What the exponent of GeM is: one that stays, one that is trained, or one for each channel that is trained. */
export const GEM_POWERS = ["fixed", "learned", "per-channel"] as const;

/** Strides of a ResNet's layer3: 2 as published, 1 as in CGD. */
export const LAYER3_STRIDES = [1, 2] as const;

/** Forms of local descriptors: L2-normalised, or as the encoder gives them. */
export const LOCAL_FORMS = ["normalized", "raw"] as const;

/** Ways to choose the first values of NetVLAD v2: as published, or with pytorch-NetVlad's defects. */
export const VLAD_INITS = ["published", "pytorch-netvlad"] as const;

/** Orders of the values of a NetVLAD descriptor: k·D + d, or d·K + k. */
export const VLAD_ORDERS = ["cluster-major", "channel-major"] as const;

/** Ways to keep NetVLAD from dividing by a norm of zero: see `lib/model/normalize.ts`. */
export const VLAD_NORMS = ["clamped", "smoothed"] as const;

/** What the poolings avg, max and gem make of unit length: what they pool, or the result. */
export const POOL_NORMS = ["after", "before"] as const;

/** Names of the checkpoints of a run. */
export const CHECKPOINTS = ["latest", "best"] as const;

/** Options of a model. Each is described, with its unit, here and nowhere else. */
export interface ModelOptions {
  /** Encoder: the network up to its last convolution or block. */
  arch: ArchName;
  /** Last layer or block of the encoder, such as `conv4_3` or `layer3`; the network's own choice if left out. */
  lastLayer?: string;
  /** Whether the encoder keeps the ReLU after its last convolution, as the papers of SPoC, GeM and R-MAC have it; a ResNet has it in any case. */
  lastRelu: boolean;
  /** Stride of a ResNet's layer3; 1 for CGD and 2 for others if left out. */
  layer3Stride?: typeof LAYER3_STRIDES[number];
  /** Aggregation layer: NetVLAD; maximum (MAC), mean (SPoC), generalised mean (GeM), weighted GeM, R-MAC or CroW; or `cgd:` and some of S, M and G, such as `cgd:SG`. */
  pooling: Pooling;
  /** Whether the pooling avg weighs positions by how near they are to the centre, as SPoC does. */
  centerPrior: boolean;
  /** Whether avg, max and gem make descriptors of unit length after pooling, or local descriptors before it and nothing after, as deep-visual-geo-localization-benchmark does unless told not to. */
  poolNorm: typeof POOL_NORMS[number];
  /** Exponent p of GeM and weighted GeM, > 0; what training starts from where it is learned. */
  gemP: number;
  /** Whether that exponent is fixed, learned, or learned for each channel. */
  gemPower: typeof GEM_POWERS[number];
  /** Scales of the region grid of R-MAC, 1 to 8. */
  rmacLevels: number;
  /** Whether R-MAC whitens its regions before it adds them up. */
  rmacWhiten: boolean;
  /** Length of a descriptor of CGD, all its parts together. */
  cgdLength: number;
  /** Classes of CGD's auxiliary head, which only training has: as many as its data if left out. */
  cgdClasses?: number;
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
  lastRelu: false,
  centerPrior: false,
  poolNorm: "after",
  gemP: 3,
  gemPower: "fixed",
  rmacLevels: 3,
  rmacWhiten: false,
  cgdLength: 1536,
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

/** More scales have regions of one position only. */
const MAX_RMAC_LEVELS = 8;

const CGD_POOLING = /^cgd:(?!.*(.).*\1)[SMG]{1,3}$/;

const MODEL_RULES: Rules<ModelOptions> = {
  arch: oneOf(ARCH_NAMES),
  lastLayer: optional(TEXT),
  lastRelu: BOOLEAN,
  layer3Stride: optional({
    holds: (value) => value === 1 || value === 2,
    wanted: "1 or 2",
  }),
  pooling: {
    holds: (value) => oneOf(POOLINGS).holds(value) || isCgd(value),
    wanted: `one of ${
      POOLINGS.join(", ")
    }, or cgd: and some of S, M and G, such as cgd:SG`,
  },
  centerPrior: BOOLEAN,
  poolNorm: oneOf(POOL_NORMS),
  gemP: POSITIVE,
  gemPower: oneOf(GEM_POWERS),
  rmacLevels: {
    holds: (count) => COUNT.holds(count) && Number(count) <= MAX_RMAC_LEVELS,
    wanted: `an integer from 1 to ${MAX_RMAC_LEVELS}`,
  },
  rmacWhiten: BOOLEAN,
  cgdLength: COUNT,
  cgdClasses: optional(COUNT),
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

/** Whether a name of a pooling is CGD's: `cgd:` and some of S, M and G, each once. */
export function isCgd(pooling: unknown): pooling is `cgd:${string}` {
  return typeof pooling === "string" && CGD_POOLING.test(pooling);
}

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
    conflicts: listModelConflicts,
  });
}

/** Which poolings have a use for what is off by default. Numbers such as `gemP` and `numClusters` are passed over by the others. */
const USERS = {
  vladV2: (pooling) => pooling === "netvlad",
  centerPrior: (pooling) => pooling === "avg",
  poolNorm: (pooling) =>
    pooling === "avg" || pooling === "max" || pooling === "gem",
  gemPower: (pooling) => pooling === "gem" || pooling === "wgem",
  rmacWhiten: (pooling) => pooling === "rmac",
  cgdClasses: isCgd,
} satisfies Partial<
  Record<keyof ModelOptions, (pooling: Pooling) => boolean>
>;

/** Options that the pooling has no use for, and a length that CGD cannot share out. */
function listModelConflicts(options: Readonly<ModelOptions>): string[] {
  const { pooling, cgdLength } = options;
  const useless = (Object.keys(USERS) as (keyof typeof USERS)[]).filter(
    (name) =>
      options[name] !== (MODEL_DEFAULTS as ModelOptions)[name] &&
      !USERS[name](pooling),
  );
  const parts = isCgd(pooling) ? pooling.length - "cgd:".length : 1;
  return [
    ...useless.map((name) => `${name} is given, ${pooling} has no use for it`),
    ...(cgdLength % parts === 0
      ? []
      : [`cgdLength is ${cgdLength}, which ${parts} descriptors cannot share`]),
  ];
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
