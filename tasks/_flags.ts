/**
 * Flags of the engine, of randomness, and of describing, extracting and evaluating.
 *
 * @module
 */
import {
  DEFAULT_SEED,
  DENOMINATORS,
  DESCRIBE_DEFAULTS,
  type DescribeOptions,
  ENGINE_DEFAULTS,
  ENGINE_NAMES,
  type EngineOptions,
  EVALUATE_DEFAULTS,
  type EvaluateOptions,
  EXTRACT_DEFAULTS,
  type ExtractOptions,
  LAYOUTS,
  PROTOCOL_NAMES,
  type RankProtocol,
  resolveDescribeOptions,
  resolveEngineOptions,
  resolveEvaluateOptions,
  resolveExtractOptions,
  resolveRunOptions,
  RUN_DEFAULTS,
  type RunOptions,
  SUPPRESSIONS,
} from "../mod.ts";
import {
  choice,
  FILE,
  FOLDER,
  INTEGER,
  INTEGERS,
  NUMBER,
  PATH,
} from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** What computes. */
export const ENGINE_FLAGS: FlagGroup<EngineOptions> = {
  title: "Engine",
  defaults: ENGINE_DEFAULTS,
  resolve: resolveEngineOptions,
  flags: {
    engine: {
      flag: "engine",
      type: choice(["auto", ...ENGINE_NAMES]),
      help: "what computes",
    },
    engineThreads: {
      flag: "engine-threads",
      type: INTEGER,
      help: "threads of wasm and native; 0 is one per processor, at most 16",
    },
  },
};

/** What every random choice of a task follows from. */
export const RANDOM_FLAGS: FlagGroup<{ seed: number }> = {
  title: "Randomness",
  defaults: { seed: DEFAULT_SEED },
  flags: {
    seed: {
      flag: "seed",
      type: INTEGER,
      help: "seed of every random choice: the same seed gives the same numbers",
    },
  },
};

/** How images are described. */
export const DESCRIBE_FLAGS: FlagGroup<DescribeOptions> = {
  title: "Descriptors",
  defaults: DESCRIBE_DEFAULTS,
  resolve: resolveDescribeOptions,
  flags: {
    describeBatch: {
      flag: "describe-batch",
      type: INTEGER,
      aliases: ["cacheBatchSize"],
      unit: "images",
      help: "largest batch when describing; the engine may take smaller ones",
    },
    cachePath: {
      flag: "cache-path",
      type: FOLDER,
      help: "where descriptors are kept on disk while they are needed",
      absent: "beside the results",
    },
    featureCacheGigabytes: {
      flag: "feature-cache-gigabytes",
      type: NUMBER,
      unit: "GB",
      help:
        "disk space for features of frozen layers, so that they are computed once; 0 keeps none",
    },
  },
};

/** What is right, and what recall is of. */
export const PROTOCOL_FLAGS: FlagGroup<RankProtocol> = {
  title: "Evaluation",
  defaults: EVALUATE_DEFAULTS,
  resolve: resolveEvaluateOptions,
  flags: {
    protocol: {
      flag: "protocol",
      type: choice(PROTOCOL_NAMES),
      help:
        "what counts and what is right, by name; a flag that says otherwise is an error",
    },
    denominator: {
      flag: "denominator",
      type: choice(DENOMINATORS),
      help: "queries that recall is a fraction of",
      absent: "all, or as the protocol has it",
    },
    suppress: {
      flag: "suppress",
      type: choice(SUPPRESSIONS),
      help:
        "predictions left out: panorama keeps the nearest cutout of each, of 12 images at one position",
      absent: "none, or as the protocol has it",
    },
    recallAt: {
      flag: "recall-at",
      type: INTEGERS,
      help: "the N of each Recall@N",
      absent: "1,5,10,20, or those of the protocol",
    },
  },
};

/** What is evaluated, and what is written of it. */
export const EVALUATE_FLAGS: FlagGroup<EvaluateOptions> = {
  ...PROTOCOL_FLAGS,
  flags: {
    ...PROTOCOL_FLAGS.flags,
    predictions: {
      flag: "predictions",
      type: INTEGER,
      help: "predictions written per query",
      absent: "the largest of --recall-at and --pairs",
    },
    pairs: {
      flag: "pairs",
      type: INTEGER,
      help: "predictions per query written to pairs.txt, for hloc",
      absent: "no such file",
    },
    pairsRoot: {
      flag: "pairs-root",
      type: FOLDER,
      help: "folder that the names in pairs.txt start from",
      absent: "the innermost one of all images",
    },
    output: {
      flag: "output",
      type: FOLDER,
      help: "where predictions and recalls are written",
      absent: "in the run folder, or a new one",
    },
  },
};

/** What is extracted, and to where. */
export const EXTRACT_FLAGS: FlagGroup<ExtractOptions> = {
  title: "Input and output",
  defaults: EXTRACT_DEFAULTS,
  resolve: resolveExtractOptions,
  flags: {
    images: {
      flag: "images",
      type: PATH,
      help: "folder of images, or text file of image paths, one a line",
      required: true,
    },
    output: {
      flag: "output",
      type: FILE,
      help: "file of descriptors: .h5 or .hdf5 for HDF5, .npy for NumPy",
      required: true,
    },
    layout: {
      flag: "layout",
      type: choice(LAYOUTS),
      help:
        "rows [N, F] with names beside them, or hloc: each under the name of its image",
    },
  },
};

/** Where run folders are made. */
export const RUN_FLAGS: FlagGroup<RunOptions> = {
  title: "Run folder",
  defaults: RUN_DEFAULTS,
  resolve: resolveRunOptions,
  flags: {
    runsPath: {
      flag: "runs-path",
      type: FOLDER,
      help: "where the run folder is made",
    },
  },
};

/** Where the demo puts what it makes. */
export interface DemoOptions {
  /** Folder of the city, its centroids and its runs. */
  folder: string;
}

/** The one place where the default lives. */
export const DEMO_DEFAULTS: Readonly<DemoOptions> = Object.freeze({
  folder: "demo",
});

/** The demo's folder. */
export const DEMO_FLAGS: FlagGroup<DemoOptions> = {
  title: "Demo",
  defaults: DEMO_DEFAULTS,
  flags: {
    folder: {
      flag: "output",
      type: FOLDER,
      help: "where the city, its centroids and its runs are made",
    },
  },
};
