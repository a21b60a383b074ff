/**
 * Flags of comparing two evaluations.
 *
 * @module
 */
import {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  resolveBootstrapOptions,
} from "../mod.ts";
import { FILE, INTEGER } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** How intervals are computed. Their seed is that of `RANDOM_FLAGS`. */
export const BOOTSTRAP_FLAGS: FlagGroup<Omit<BootstrapOptions, "seed">> = {
  title: "Intervals",
  defaults: BOOTSTRAP_DEFAULTS,
  resolve: resolveBootstrapOptions,
  flags: {
    resamples: {
      flag: "resamples",
      type: INTEGER,
      help: "sets of queries that are drawn for an interval",
    },
  },
};

/** What is drawn. */
export const COMPARISON_FLAGS: FlagGroup<{ output?: string }> = {
  title: "Output",
  defaults: {},
  flags: {
    output: {
      flag: "output",
      type: FILE,
      help: "SVG file of both curves of Recall@N",
      absent: "none",
    },
  },
};
