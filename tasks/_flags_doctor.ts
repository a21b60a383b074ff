/**
 * Flags of checking a machine and a dataset.
 *
 * @module
 */
import {
  type DatasetOptions,
  DOCTOR_DEFAULTS,
  type DoctorOptions,
  resolveDatasetOptions,
} from "../mod.ts";
import { BOOLEAN } from "./_flag_types.ts";
import { DATASET_FLAGS } from "./_flags_dataset.ts";
import type { FlagGroup } from "./_spec.ts";

/** How thorough the check is. Its seed is that of `RANDOM_FLAGS`. */
export const DOCTOR_FLAGS: FlagGroup<Omit<DoctorOptions, "seed">> = {
  title: "Check",
  defaults: DOCTOR_DEFAULTS,
  flags: {
    all: {
      flag: "all",
      type: BOOLEAN,
      help: "decode every image, not a sample of each split",
    },
  },
};

/** The dataset to check: none without any of its flags, all its splits without `--split`. */
export const CHECKED_DATASET_FLAGS: FlagGroup<DatasetOptions> = {
  ...DATASET_FLAGS,
  resolve: (given) =>
    Object.keys(given).length > 0 ? resolveDatasetOptions(given) : undefined,
  flags: {
    ...DATASET_FLAGS.flags,
    split: { ...DATASET_FLAGS.flags.split, absent: "train, val and test" },
  },
};
