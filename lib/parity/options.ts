/**
 * Options of comparing with golden cases.
 *
 * @module
 */
import { ENGINE_NAMES, type EngineName } from "../engine/engine.ts";
import { optional, resolveOptions, type Rules, TEXT } from "../options.ts";

/** Which cases are compared, and where they are computed. */
export interface ParityOptions {
  /** Engines; every one that can be started here if left out. */
  engines?: readonly EngineName[];
  /** Only cases whose name contains this; `*` stands for anything. */
  cases?: string;
  /** Markdown file that the table is written to; not written if left out. */
  output?: string;
  /** Lines above the table of that file, such as the date. */
  facts?: readonly string[];
}

/** The one place where the defaults live. */
export const PARITY_DEFAULTS: Readonly<ParityOptions> = Object.freeze({});

const PARITY_RULES: Rules<ParityOptions> = {
  engines: {
    holds: (names) =>
      names === undefined ||
      Array.isArray(names) && names.length > 0 &&
        new Set(names).size === names.length &&
        names.every((name) => ENGINE_NAMES.includes(name)),
    wanted: `a list of ${ENGINE_NAMES.join(", ")}, each once, or left out`,
  },
  cases: optional(TEXT),
  output: optional(TEXT),
  facts: {
    holds: (lines) =>
      lines === undefined || Array.isArray(lines) && lines.every(TEXT.holds),
    wanted: "a list of texts, or left out",
  },
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveParityOptions(
  given: Partial<ParityOptions> = {},
): Readonly<ParityOptions> {
  return resolveOptions(given, {
    purpose: "compare with golden cases",
    defaults: PARITY_DEFAULTS,
    rules: PARITY_RULES,
  });
}
