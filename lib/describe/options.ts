/**
 * Options of describing images, and of writing their descriptors to a file.
 *
 * @module
 */
import {
  COUNT,
  NOT_NEGATIVE,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";

/** Options of describing images. Each is described, with its unit, here and nowhere else. */
export interface DescribeOptions {
  /** Images per batch, at most: the engine may take fewer. */
  describeBatch: number;
  /** Folder for descriptors while they are needed; beside the results if left out. */
  cachePath?: string;
  /** Disk space for features of the frozen part, in GB (1e9 bytes): what fits is computed once per run; 0 keeps none. */
  featureCacheGigabytes: number;
}

/** The one place where the defaults live. */
export const DESCRIBE_DEFAULTS: Readonly<DescribeOptions> = Object.freeze({
  describeBatch: 24,
  featureCacheGigabytes: 8,
});

const DESCRIBE_RULES: Rules<DescribeOptions> = {
  describeBatch: COUNT,
  cachePath: optional(TEXT),
  featureCacheGigabytes: NOT_NEGATIVE,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveDescribeOptions(
  given: Partial<DescribeOptions> = {},
): Readonly<DescribeOptions> {
  return resolveOptions(given, {
    purpose: "describe images",
    defaults: DESCRIBE_DEFAULTS,
    rules: DESCRIBE_RULES,
  });
}

/** What is extracted, and to where. Neither has a default. */
export interface ExtractOptions {
  /** Folder of images, or text file of image paths, one a line. */
  images: string;
  /** File of descriptors, `[N, F]`: `.h5` or `.hdf5` for HDF5, `.npy` for NumPy. */
  output: string;
}

const EXTRACT_RULES: Rules<ExtractOptions> = {
  images: TEXT,
  output: {
    holds: (value) =>
      typeof value === "string" && /.\.(h5|hdf5|npy)$/i.test(value),
    wanted: "a file name that ends in .h5, .hdf5 or .npy",
  },
};

/**
 * Checks the options.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveExtractOptions(
  given: ExtractOptions,
): Readonly<ExtractOptions> {
  return resolveOptions(given, {
    purpose: "extract descriptors",
    defaults: given,
    rules: EXTRACT_RULES,
  });
}
