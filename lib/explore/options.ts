/**
 * Options of exploring a report.
 *
 * @module
 */
import { resolveOptions, type Rules } from "../options.ts";

/** Options of exploring a report. Each is described, with its unit, here and nowhere else. */
export interface ExploreOptions {
  /** Port on 127.0.0.1, 0 to 65535; 0 takes any that is free. */
  port: number;
}

/** The one place where the defaults live. */
export const EXPLORE_DEFAULTS: Readonly<ExploreOptions> = Object.freeze({
  port: 8910,
});

const MAX_PORT = 65535;

const EXPLORE_RULES: Rules<ExploreOptions> = {
  port: {
    holds: (value) =>
      Number.isInteger(value) && Number(value) >= 0 &&
      Number(value) <= MAX_PORT,
    wanted: `an integer from 0 to ${MAX_PORT}`,
  },
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveExploreOptions(
  given: Partial<ExploreOptions> = {},
): Readonly<ExploreOptions> {
  return resolveOptions(given, {
    purpose: "explore a report",
    defaults: EXPLORE_DEFAULTS,
    rules: EXPLORE_RULES,
  });
}
