/**
 * Reads the flags of a task, and names all that is wrong with them at once.
 *
 * @module
 */
import { OptionsError } from "../mod.ts";
import { BOOLEAN } from "./_flag_types.ts";
import { parseArgs, type ParsedArgs } from "./_parse_args.ts";
import {
  type AnyGroup,
  type Flag,
  type GivenOptions,
  listFlags,
  type PlacedFlag,
  type TaskSpec,
} from "./_spec.ts";
import { tidyArgs } from "./_tidy_args.ts";

/** What a command line says. */
export interface Args<Groups> {
  /** The options that were given, group by group. */
  options: GivenOptions<Groups>;
  /** Arguments without a flag. */
  positionals: string[];
  /** Whether the result is wanted as JSON. */
  json: boolean;
  /** Whether help is wanted; nothing else is read then. */
  help: boolean;
}

/** What is wrong, and with which flags. */
interface Faults {
  problems: string[];
  flags: Set<Flag<unknown>>;
}

/** Options of every group, by name. */
type AnyOptions = Record<string, Record<string, unknown>>;

/**
 * Reads the flags of a task. No default is filled in.
 *
 * @param args Arguments after the name of the task.
 * @param spec The task.
 * @throws {OptionsError} If flags are unknown, mistyped, repeated, missing, out of range or contradictory;
 * it names every one.
 */
export function readArgs<Groups>(
  args: readonly string[],
  spec: TaskSpec<Groups>,
): Args<Groups> {
  const flags = listFlags(spec);
  const tidy = tidyArgs(args, flags);
  const parsed = parseArgs(tidy.args, parseOptions(flags));
  const faults: Faults = { problems: tidy.problems, flags: new Set() };
  const help = isOn(parsed, "help");

  const values = help ? {} : readValues(parsed, flags, faults);
  const options = Object.fromEntries(
    Object.keys(spec.groups).map((group) => [group, values[group] ?? {}]),
  ) as GivenOptions<Groups>;
  const positionals = parsed._;
  if (!help) {
    const isOpen = spec.positionals?.at(-1)?.includes("...");
    const extra = isOpen
      ? []
      : positionals.slice(spec.positionals?.length ?? 0);
    const missing = (spec.positionals ?? []).slice(positionals.length)
      .filter((name) => !name.startsWith("["));
    faults.problems.push(
      ...missing.map((name) => `${name} is missing`),
      ...extra.map((text) => `"${text}" belongs to no flag`),
      ...listContradictions(options, spec, faults.flags),
    );
    throwIfAny(faults.problems, spec.name);
  }
  return { options, positionals, json: isOn(parsed, "json"), help };
}

function parseOptions(flags: PlacedFlag[]): Parameters<typeof parseArgs>[1] {
  const names = (isBoolean: boolean): string[] =>
    flags.filter(({ flag }) => (flag.type === BOOLEAN) === isBoolean)
      .map(({ flag }) => flag.flag);
  return {
    boolean: names(true),
    string: [...names(false), "_"],
    collect: flags.map(({ flag }) => flag.flag),
    negatable: names(true),
  };
}

function isOn(parsed: ParsedArgs, flag: string): boolean {
  return (parsed[flag] as boolean[] | undefined)?.at(-1) === true;
}

/** The values of the flags that were given; adds to `faults` what cannot be read. */
function readValues(
  parsed: ParsedArgs,
  flags: PlacedFlag[],
  faults: Faults,
): AnyOptions {
  const options: AnyOptions = {};
  for (const { group, option, flag } of flags) {
    const { value, problem } = readFlag(parsed, flag);
    if (problem !== undefined) {
      faults.problems.push(`--${flag.flag} ${problem}`);
      faults.flags.add(flag);
    } else if (value !== undefined) {
      options[group] = { ...options[group], [option]: value };
    }
  }
  return options;
}

/** The value of a flag, undefined if it was not given; or what is wrong with it. */
function readFlag(
  parsed: ParsedArgs,
  { flag, type, required, repeatable }: Flag<unknown>,
): { value?: unknown; problem?: string } {
  const given = (parsed[flag] ?? []) as (string | boolean)[];
  const found = repeatable && given.length > 0 ? [given.join(",")] : given;
  const [first] = found;
  if (first === undefined) {
    return required ? { problem: `${type.placeholder} is missing` } : {};
  }
  if (found.length > 1) return { problem: `is given ${found.length} times` };
  if (first === "") return { problem: "has no value" };
  const value = typeof first === "boolean" ? first : type.read(first);
  return value === undefined
    ? { problem: `"${first}" is not ${type.noun}` }
    : { value };
}

/** What the library and the task find wrong with the options that could be read. */
function listContradictions<Groups>(
  options: GivenOptions<Groups>,
  spec: TaskSpec<Groups>,
  faulty: Set<Flag<unknown>>,
): string[] {
  const isPartOnly = listFlags(spec).some(({ group, option, flag }) =>
    flag.suppliesOthers && (options as AnyOptions)[group]?.[option]
  );
  const groups = Object.entries(spec.groups) as [string, AnyGroup][];
  const found = isPartOnly
    ? []
    : groups.flatMap(([name, group]) =>
      resolveGroup(group, (options as AnyOptions)[name]!, faulty)
    );
  return [...found, ...(spec.checks ?? []).flatMap((check) => check(options))];
}

/** What the library finds wrong with a group: each problem begins with an option, here with its flag. */
function resolveGroup(
  { resolve, flags }: AnyGroup,
  given: Record<string, unknown>,
  faulty: Set<Flag<unknown>>,
): string[] {
  try {
    resolve?.(given);
    return [];
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return error.where.split("; ").flatMap((problem) => {
      const [option = ""] = problem.split(" ", 1);
      const flag = flags[option];
      if (flag === undefined) return [problem];
      if (faulty.has(flag)) return [];
      return [describeProblem(problem, option, flag, given[option])];
    });
  }
}

/** A problem of the library's in the words of the command line. */
function describeProblem(
  problem: string,
  option: string,
  { flag, type }: Flag<unknown>,
  value: unknown,
): string {
  const [, wanted] =
    problem.match(/, must be (?:null, or )?(.+?)(?:, or left out)?$/) ?? [];
  if (value === undefined || wanted === undefined) {
    return `--${flag}${problem.slice(option.length)}`;
  }
  const shown = typeof value === "string" ? `"${value}"` : type.show(value);
  return `--${flag} is ${shown}, must be ${wanted}`;
}

function throwIfAny(problems: string[], task: string): void {
  if (problems.length === 0) return;
  throw new OptionsError(`Cannot ${task} with these flags`, {
    where: problems.join("; "),
    fix: `correct them; deno task ${task} --help lists every flag`,
  });
}
