/**
 * Flags of the engine, of randomness, and of describing, extracting and evaluating.
 *
 * @module
 */
import {
  DEFAULT_SEED,
  DESCRIBE_DEFAULTS,
  type DescribeOptions,
  ENGINE_DEFAULTS,
  ENGINE_NAMES,
  type EngineOptions,
  EVALUATE_DEFAULTS,
  type EvaluateOptions,
  type ExtractOptions,
  resolveDescribeOptions,
  resolveEngineOptions,
  resolveEvaluateOptions,
  resolveExtractOptions,
  resolveRunOptions,
  RUN_DEFAULTS,
  type RunOptions,
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

/** What is evaluated, and what is written of it. */
export const EVALUATE_FLAGS: FlagGroup<EvaluateOptions> = {
  title: "Evaluation",
  defaults: EVALUATE_DEFAULTS,
  resolve: resolveEvaluateOptions,
  flags: {
    recallAt: {
      flag: "recall-at",
      type: INTEGERS,
      help: "the N of each Recall@N",
    },
    predictions: {
      flag: "predictions",
      type: INTEGER,
      help: "predictions written per query",
      absent: "the largest of --recall-at",
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
  defaults: {},
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
