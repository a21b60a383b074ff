/**
 * Options of describing images, and of writing their descriptors to a file.
 *
 * @module
 */
import {
  COUNT,
  NOT_NEGATIVE,
  oneOf,
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

/** What is extracted, and to where. */
export interface ExtractOptions {
  /** Folder of images, or text file of image paths, one a line. */
  images: string;
  /** File of descriptors: `.h5` or `.hdf5` for HDF5, `.npy` for NumPy. */
  output: string;
  /** How they lie in it: as rows `[N, F]`, with the names of the images beside it; or each under the name of its image, as hloc has them (HDF5 only). */
  layout: typeof LAYOUTS[number];
}

/** Layouts of files of descriptors. */
export const LAYOUTS = ["rows", "hloc"] as const;

/** The one place where the default of the layout lives. */
export const EXTRACT_DEFAULTS: Readonly<Pick<ExtractOptions, "layout">> = Object
  .freeze({ layout: "rows" });

const EXTRACT_RULES: Rules<ExtractOptions> = {
  images: TEXT,
  output: {
    holds: (value) =>
      typeof value === "string" && /.\.(h5|hdf5|npy)$/i.test(value),
    wanted: "a file name that ends in .h5, .hdf5 or .npy",
  },
  layout: oneOf(LAYOUTS),
};

/**
 * Checks the options.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveExtractOptions(
  given: Omit<ExtractOptions, "layout"> & Partial<ExtractOptions>,
): Readonly<ExtractOptions> {
  return resolveOptions(given, {
    purpose: "extract descriptors",
    defaults: { ...given, ...EXTRACT_DEFAULTS },
    rules: EXTRACT_RULES,
    conflicts: ({ layout, output }) =>
      layout === "hloc" && /\.npy$/i.test(output)
        ? [`output is ${output}, the layout hloc is HDF5`]
        : [],
  });
}
