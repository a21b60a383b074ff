/**
 * Flags of whitening: one from a file, or one that is fitted.
 *
 * @module
 */
import {
  resolveWhiteningOptions,
  resolveWhitenOptions,
  WHITEN_DEFAULTS,
  type WhiteningOptions,
  type WhitenOptions,
} from "../mod.ts";
import { BOOLEAN, FILE, INTEGER } from "./_flag_types.ts";
import type { FlagGroup, GivenOptions } from "./_spec.ts";

/** How descriptors are whitened. */
export const WHITENING_FLAGS: FlagGroup<WhiteningOptions> = {
  title: "Whitening",
  defaults: {},
  resolve: resolveWhiteningOptions,
  flags: {
    whitening: {
      flag: "whitening",
      type: FILE,
      help: "what `deno task whiten` wrote: descriptors are whitened by it",
      absent: "that of the weights, if they have one",
    },
    cropLength: {
      flag: "crop-length",
      type: INTEGER,
      help: "values of a whitened descriptor that are kept, the leading ones",
      absent: "all",
    },
  },
};

/** What whitening is fitted. */
export const WHITEN_FLAGS: FlagGroup<WhitenOptions> = {
  title: "Fitting a whitening",
  defaults: WHITEN_DEFAULTS,
  resolve: resolveWhitenOptions,
  flags: {
    whitenLength: {
      flag: "whiten",
      type: INTEGER,
      help: "length of whitened descriptors: how many components are kept",
    },
    whitenImages: {
      flag: "whiten-images",
      type: INTEGER,
      unit: "images",
      help: "images of the training split's database that it is fitted to",
    },
    whitenScale: {
      flag: "whiten-scale",
      type: BOOLEAN,
      help:
        "scale components to the same variance; --no-whiten-scale only projects",
    },
  },
};

/** The same where it is a choice: a whitening is fitted only if its length is given. */
export const CHOSEN_WHITEN_FLAGS: FlagGroup<WhitenOptions> = {
  ...WHITEN_FLAGS,
  flags: {
    ...WHITEN_FLAGS.flags,
    whitenLength: {
      ...WHITEN_FLAGS.flags.whitenLength,
      help: "fit a whitening to so many values first, and keep it",
      absent: "none is fitted",
    },
  },
};

/** Where a fitted whitening goes. */
export const WHITENED_FLAGS: FlagGroup<{ output?: string }> = {
  title: "Result",
  defaults: {},
  flags: {
    output: {
      flag: "output",
      type: FILE,
      help: "weights file to write, .safetensors",
      absent: "in the run folder, or in weights/",
    },
  },
};

/** A check of the tasks: descriptors are whitened by a file, or by what is fitted. */
export function listWhiteningConflicts(
  { whiten, whitening }: GivenOptions<{
    whiten: WhitenOptions;
    whitening: WhiteningOptions;
  }>,
): string[] {
  const flagOf = (name: keyof WhitenOptions): string =>
    `--${WHITEN_FLAGS.flags[name].flag}`;
  if (whiten.whitenLength === undefined) {
    return (Object.keys(whiten) as (keyof WhitenOptions)[])
      .map((name) => `${flagOf(name)} is for --whiten`);
  }
  return [
    ...(whitening.whitening === undefined
      ? []
      : ["--whiten fits a whitening, --whitening has one"]),
    ...(whitening.cropLength === undefined ? [] : [
      "--crop-length crops a whitening that is there: fit a shorter one by --whiten",
    ]),
  ];
}
