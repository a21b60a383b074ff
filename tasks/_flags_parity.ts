/**
 * Flags of comparing with golden cases.
 *
 * @module
 */
import {
  ENGINE_NAMES,
  PARITY_DEFAULTS,
  type ParityOptions,
  resolveParityOptions,
} from "../mod.ts";
import { choices, FILE, text } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** Which cases are compared, and where. */
export const PARITY_FLAGS: FlagGroup<Omit<ParityOptions, "facts">> = {
  title: "Comparison",
  defaults: PARITY_DEFAULTS,
  resolve: resolveParityOptions,
  flags: {
    engines: {
      flag: "engine",
      type: choices(ENGINE_NAMES),
      help: "what computes, also given several times",
      absent: "every engine that can be started here",
      repeatable: true,
    },
    cases: {
      flag: "case",
      type: text("PATTERN"),
      help: "only cases whose name contains this; * stands for anything",
    },
    output: {
      flag: "output",
      type: FILE,
      help: "Markdown file that the table is written to",
      absent: "none",
    },
  },
};
