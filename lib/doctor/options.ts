/**
 * Options of the doctor.
 *
 * @module
 */
import {
  BOOLEAN,
  DEFAULT_SEED,
  INTEGER,
  resolveOptions,
  type Rules,
} from "../options.ts";

/** Options of a check. Each is described, with its unit, here and nowhere else. */
export interface DoctorOptions {
  /** Whether every image is decoded, and not a sample. */
  all: boolean;
  /** Seed of what is drawn. */
  seed: number;
}

/** The one place where the defaults live. */
export const DOCTOR_DEFAULTS: Readonly<DoctorOptions> = Object.freeze({
  all: false,
  seed: DEFAULT_SEED,
});

const RULES: Rules<DoctorOptions> = { all: BOOLEAN, seed: INTEGER };

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveDoctorOptions(
  given: Partial<DoctorOptions> = {},
): Readonly<DoctorOptions> {
  return resolveOptions(given, {
    purpose: "check",
    defaults: DOCTOR_DEFAULTS,
    rules: RULES,
  });
}
