/**
 * Options: what each may be, and all that is wrong with them at once.
 *
 * @module
 */
import { OptionsError } from "./errors.ts";

/** Seed of every random choice, unless another is given. */
export const DEFAULT_SEED = 123;

/** What the value of an option must be. */
export interface Rule {
  holds(value: unknown): boolean;
  /** Completes "must be …". */
  wanted: string;
}

/** One rule per option: forgetting one does not compile. */
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>;

/** All that is known of a set of options. */
export interface OptionsTable<Options> {
  /** Completes "Cannot … with these options", such as `train`. */
  purpose: string;
  defaults: Readonly<Options>;
  rules: Rules<Options>;
  /** Lists what is wrong with values that are right one by one. */
  conflicts?(options: Readonly<Options>): string[];
}

/** An integer from 1. */
export const COUNT: Rule = integerFrom(1);

/** An integer. */
export const INTEGER: Rule = {
  holds: Number.isSafeInteger,
  wanted: "an integer",
};

/** A finite number above 0. */
export const POSITIVE: Rule = {
  holds: (value) => Number.isFinite(value) && Number(value) > 0,
  wanted: "a number > 0",
};

/** A finite number from 0. */
export const NOT_NEGATIVE: Rule = {
  holds: (value) => Number.isFinite(value) && Number(value) >= 0,
  wanted: "a number >= 0",
};

/** True or false. */
export const BOOLEAN: Rule = {
  holds: (value) => typeof value === "boolean",
  wanted: "true or false",
};

/** Text of at least one character, such as a path. */
export const TEXT: Rule = {
  holds: (value) => typeof value === "string" && value !== "",
  wanted: "text that is not empty",
};

/** An integer from `least`. */
export function integerFrom(least: number): Rule {
  return {
    holds: (value) => Number.isSafeInteger(value) && Number(value) >= least,
    wanted: `an integer >= ${least}`,
  };
}

/** One of some names. */
export function oneOf(names: readonly string[]): Rule {
  return {
    holds: (value) => typeof value === "string" && names.includes(value),
    wanted: `one of ${names.join(", ")}`,
  };
}

/** A list of at least one item that follows `rule`. */
export function listOf(rule: Rule): Rule {
  return {
    holds: (value) =>
      Array.isArray(value) && value.length > 0 &&
      value.every((item) => rule.holds(item)),
    wanted: `a list, each item ${rule.wanted}`,
  };
}

/** What follows `rule`, or left out. */
export function optional(rule: Rule): Rule {
  return {
    holds: (value) => value === undefined || rule.holds(value),
    wanted: `${rule.wanted}, or left out`,
  };
}

/**
 * Fills in the defaults and checks the result.
 *
 * @param given Options that differ from the defaults; undefined is as left out.
 * @throws {OptionsError} If an option is unknown or breaks its rule; it names every such option.
 */
export function resolveOptions<Options extends object>(
  given: Partial<Options>,
  { purpose, defaults, rules, conflicts }: OptionsTable<Options>,
): Readonly<Options> {
  const stated = Object.entries(given).filter(([, value]) =>
    value !== undefined
  );
  const options = { ...defaults, ...Object.fromEntries(stated) } as Options;
  const unknown = stated.filter(([name]) => !Object.hasOwn(rules, name))
    .map(([name]) => `${name} is not an option`);
  const bad = (Object.keys(rules) as (keyof Options)[])
    .filter((name) => !rules[name].holds(options[name]))
    .map((name) =>
      `${String(name)} is ${quote(options[name])}, must be ${
        rules[name].wanted
      }`
    );
  const problems = [...unknown, ...bad, ...(conflicts?.(options) ?? [])];
  if (problems.length > 0) {
    throw new OptionsError(`Cannot ${purpose} with these options`, {
      where: problems.join("; "),
      fix: "correct them, or leave them out for the defaults",
    });
  }
  return Object.freeze(options);
}

function quote(value: unknown): string {
  const isPlain = typeof value === "number" || value === undefined;
  return isPlain ? String(value) : JSON.stringify(value);
}
