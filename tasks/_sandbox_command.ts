/**
 * The command that evaluates with certain permissions and no others.
 *
 * @module
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { OptionsError } from "../mod.ts";
import type { Grants } from "./_sandbox_grants.ts";
import { quote } from "./_shell_word.ts";

/** Where the project is, seen from the current folder. */
const PROJECT = relative(
  Deno.cwd(),
  fileURLToPath(new URL("../", import.meta.url)),
);

/** Files of the program that it reads while it runs: versions, workers, and compiled parts of packages. */
const PROGRAM = ["deno.json", "lib", "node_modules"]
  .map((name) => join(PROJECT, name));

/** What does not depend on the flags. `--deny-import` alone lets well-known hosts through. */
const CLOSED = [
  ...["--no-prompt", "--cached-only", "--frozen"],
  ...["net", "run", "ffi", "env", "sys", "import"]
    .map((name) => `--deny-${name}`),
];

/**
 * Arguments of `deno` that run the task `test`.
 *
 * @param args Arguments of the task.
 * @throws {OptionsError} If Deno cannot be told of a path.
 */
export function listDenoArgs(
  { read, write }: Grants,
  args: readonly string[],
): string[] {
  return [
    "run",
    ...CLOSED,
    `--allow-read=${joinPaths([...PROGRAM, ...read, ...write])}`,
    `--allow-write=${joinPaths(write)}`,
    join(PROJECT, "tasks/test.ts"),
    ...args,
  ];
}

function joinPaths(paths: readonly string[]): string {
  const split = paths.filter((path) => path.includes(","));
  if (split.length === 0) return [...new Set(paths)].join(",");
  throw new OptionsError("Cannot grant access to paths with a comma", {
    where: split.join("; "),
    fix:
      "rename them, or make a link without one (`ln -s`) and give that: Deno takes the comma for the end of a path",
  });
}

/** The command as it can be pasted into a shell: what is closed, what is granted, what is run. */
export function formatCommand(args: readonly string[]): string {
  const [numClosed, numGrants] = [1 + CLOSED.length, 2];
  const lines = [
    ["deno", ...args.slice(0, numClosed)],
    ...args.slice(numClosed, numClosed + numGrants).map((grant) => [grant]),
    args.slice(numClosed + numGrants),
  ];
  return lines.map((words) => words.map(quote).join(" ")).join(" \\\n  ");
}

/** What is granted, in lines for people. */
export function formatGrants({ read, write }: Grants): string {
  const program = `${PROGRAM.join(", ")} (the program)`;
  return [
    ...[program, ...read].map((path) => `may read   ${path}`),
    ...write.map((path) => `may write  ${path}`),
    "may not    use the network, start programs, load native code, read the environment",
  ].join("\n");
}
