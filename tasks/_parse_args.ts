/**
 * `parseArgs` of `@std/cli`, as far as the tasks need it, on `node:util`.
 * Where `jsr:@std/cli` can be had, importing its `parseArgs` in place of this one is all there is to do.
 *
 * @module
 */
import { parseArgs as parseNodeArgs } from "node:util";

/** Names of flags by what they take. */
export interface ParseOptions {
  /** Flags without a value. */
  boolean: readonly string[];
  /** Flags with a value; `_` keeps positional arguments as text. */
  string: readonly string[];
  /** Flags whose values are gathered in an array. */
  collect: readonly string[];
  /** Boolean flags that `--no-` before the name takes back. */
  negatable: readonly string[];
}

/** Values by flag, and positional arguments under `_`. */
export type ParsedArgs = { _: string[] } & Record<string, unknown>;

/** Parses `--flag=value`, `--flag`, `--no-flag`, and positional arguments, all of them after `--`. */
export function parseArgs(
  args: readonly string[],
  { boolean, string, collect }: ParseOptions,
): ParsedArgs {
  const flags = (names: readonly string[], type: "boolean" | "string") =>
    names.filter((name) => name !== "_")
      .map((name) => [name, { type, multiple: collect.includes(name) }]);
  const { values, positionals } = parseNodeArgs({
    args: [...args],
    options: Object.fromEntries([
      ...flags(boolean, "boolean"),
      ...flags(string, "string"),
    ]),
    strict: false,
    allowPositionals: true,
    allowNegative: true,
  });
  return { ...values, _: positionals };
}
