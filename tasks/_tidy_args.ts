/**
 * Turns a command line into the documented spelling, and lists what is in no table of flags.
 *
 * @module
 */
import { BOOLEAN } from "./_flag_types.ts";
import { RETIRED_FLAGS, type RetiredFlag } from "./_retired_flags.ts";
import { type PlacedFlag, plainName } from "./_spec.ts";
import { suggest } from "./_suggest.ts";

/** A command line in documented spelling, and what had to be left out of it. */
export interface TidyArgs {
  /** `--flag=value`, `--flag`, `--no-flag`, and what is no flag. */
  args: string[];
  problems: string[];
}

/** A flag as it was written. */
interface WrittenFlag {
  /** As written, with its dashes. */
  text: string;
  /** Without the two dashes and the value. */
  name: string;
  /** What is after `=`. */
  value: string | undefined;
  /** The next argument, if it can be a value. */
  next: string | undefined;
}

/** Retired flags in plain spelling. */
const RETIRED_NAMES = new Map(
  [...RETIRED_FLAGS].map(([name, retired]) => [plainName(name), retired]),
);

/** What a written flag becomes. */
interface Tidied {
  arg?: string;
  problem?: string;
  /** Whether the next argument is its value. */
  usesNext: boolean;
}

/**
 * Replaces aliases by the documented names and writes each value after `=`, so that negative
 * numbers are values. Flags that are unknown or retired are left out and named.
 */
export function tidyArgs(
  args: readonly string[],
  flags: readonly PlacedFlag[],
): TidyArgs {
  const known = mapNames(flags);
  const tidy: TidyArgs = { args: [], problems: [] };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      tidy.args.push(...args.slice(i));
      break;
    }
    if (!isFlag(arg)) {
      tidy.args.push(arg);
      continue;
    }
    const tidied = tidyFlag(splitFlag(arg, args[i + 1]), known);
    if (tidied.arg !== undefined) tidy.args.push(tidied.arg);
    if (tidied.problem !== undefined) tidy.problems.push(tidied.problem);
    if (tidied.usesNext) i++;
  }
  return tidy;
}

/** Every name of every flag, in plain spelling. */
function mapNames(flags: readonly PlacedFlag[]): Map<string, PlacedFlag> {
  return new Map(
    flags.flatMap((placed) =>
      [placed.flag.flag, placed.option, ...(placed.flag.aliases ?? [])]
        .map((name) => [plainName(name), placed] as const)
    ),
  );
}

function isFlag(arg: string): boolean {
  return /^-[^\d.]/.test(arg);
}

function splitFlag(text: string, next: string | undefined): WrittenFlag {
  const [written = "", ...rest] = text.split("=");
  return {
    text: written,
    name: written === "-h" ? "help" : written.replace(/^--/, ""),
    value: rest.length > 0 ? rest.join("=") : undefined,
    next: next === undefined || isFlag(next) ? undefined : next,
  };
}

function tidyFlag(
  written: WrittenFlag,
  known: Map<string, PlacedFlag>,
): Tidied {
  const { text, name, value, next } = written;
  const exact = RETIRED_FLAGS.get(name);
  if (exact !== undefined) return answer(written, exact);

  const placed = name.startsWith("-") ? undefined : known.get(plainName(name));
  if (placed !== undefined) return spell(written, placed);

  const retired = RETIRED_NAMES.get(plainName(name));
  if (retired !== undefined) return answer(written, retired);

  const negated = name.match(/^no[-_](.+)$/)?.[1];
  const taken = negated && known.get(plainName(negated));
  if (taken && taken.flag.type === BOOLEAN && value === undefined) {
    return { arg: `--no-${taken.flag.flag}`, usesNext: false };
  }
  const meant = suggest(plainName(name), [...known.keys()]);
  const hint = meant && ` (did you mean --${known.get(meant)!.flag.flag}?)`;
  return {
    problem: `${text} is not a flag${hint ?? ""}`,
    usesNext: value === undefined && next !== undefined,
  };
}

function answer(written: WrittenFlag, retired: RetiredFlag): Tidied {
  const { text, value, next } = written;
  return {
    problem: `${text}: ${retired.instead}`,
    usesNext: retired.takesValue && value === undefined && next !== undefined,
  };
}

/** A known flag in its documented spelling. */
function spell(
  { value, next }: WrittenFlag,
  { flag }: PlacedFlag,
): Tidied {
  const name = `--${flag.flag}`;
  if (flag.type !== BOOLEAN) {
    const usesNext = value === undefined && next !== undefined;
    return { arg: `${name}=${value ?? next ?? ""}`, usesNext };
  }
  if (value === undefined || value === "true") {
    return { arg: name, usesNext: false };
  }
  return value === "false"
    ? { arg: `--no-${flag.flag}`, usesNext: false }
    : { problem: `${name} "${value}" is not ${BOOLEAN.noun}`, usesNext: false };
}
