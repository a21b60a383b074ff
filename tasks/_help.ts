/**
 * The text of `--help`.
 *
 * @module
 */
import type { FlagType } from "./_flag_types.ts";
import {
  type AnyGroup,
  type Flag,
  listGroups,
  plainName,
  type TaskSpec,
} from "./_spec.ts";

/** Columns of the text. */
const WIDTH = 90;
/** Column at which the help of a flag begins. */
const INDENT = 36;

/** Lists every flag of a task with its unit, default, other names and a line of help. */
export function formatHelp<Groups>(spec: TaskSpec<Groups>): string {
  return [
    formatUsage(spec),
    wrap(spec.description, WIDTH).join("\n"),
    ...listGroups(spec).map(formatGroup),
    "In names, case, - and _ do not matter: --num-clusters is --num_clusters and --numClusters.",
  ].join("\n\n");
}

function formatUsage<Groups>(spec: TaskSpec<Groups>): string {
  const required = listGroups(spec)
    .flatMap(({ flags }) => Object.values(flags))
    .filter((flag) => flag.required)
    .map(({ flag, type }) => `--${flag} ${type.placeholder} `);
  const positionals = (spec.positionals ?? []).map((name) => `${name} `);
  const words = [...positionals, ...required].join("");
  return `Usage: deno task ${spec.name} ${words}[flags]`;
}

function formatGroup({ title, flags, defaults }: AnyGroup): string {
  const entries = Object.entries(flags).map(([option, flag]) =>
    formatFlag(flag, defaults[option])
  );
  return [title, ...entries].join("\n");
}

function formatFlag(flag: Flag<unknown>, defaultValue: unknown): string {
  const left = `  --${flag.flag} ${flag.type.placeholder}`.trimEnd();
  const lines = wrap(describe(flag, defaultValue), WIDTH - INDENT);
  const indented = lines.map((line) => " ".repeat(INDENT) + line);
  if (left.length + 2 > INDENT) return [left, ...indented].join("\n");
  return [left.padEnd(INDENT) + lines[0]!, ...indented.slice(1)].join("\n");
}

/** One line of help: what it is, its unit, what it can be, its default and other names. */
function describe(flag: Flag<unknown>, defaultValue: unknown): string {
  const unit = flag.unit === undefined ? "" : `in ${flag.unit}`;
  const { names } = flag.type as FlagType<unknown> & { names?: string[] };
  const choices = names === undefined ? "" : `: ${names.join(", ")}`;
  const hints = [unit, showDefault(flag, defaultValue), showAliases(flag)]
    .filter((hint) => hint !== "");
  const brackets = hints.length > 0 ? ` (${hints.join("; ")})` : "";
  return flag.help + choices + brackets;
}

function showDefault(flag: Flag<unknown>, value: unknown): string {
  if (flag.required) return "required";
  if (flag.absent !== undefined) return `default: ${flag.absent}`;
  const isNone = value === undefined || value === false || value === "";
  return isNone ? "" : `default ${flag.type.show(value)}`;
}

/** Its other names, but for those that differ in case, `-` and `_` only. */
function showAliases({ flag, aliases = [] }: Flag<unknown>): string {
  const others = aliases.filter((name) => plainName(name) !== plainName(flag));
  return others.length === 0
    ? ""
    : `also ${others.map((name) => `--${name}`).join(", ")}`;
}

/** Breaks a text into lines between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
