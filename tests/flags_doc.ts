/**
 * The text of docs/flags.md, made from the tables of flags.
 *
 * @module
 */
import { RETIRED_FLAGS } from "../tasks/_retired_flags.ts";
import { listFlags, plainName } from "../tasks/_spec.ts";
import { FLAG_GROUPS } from "./flag_groups.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The file that the text belongs into. */
export const FLAGS_DOC = `${ROOT}docs/flags.md`;

/** The tasks with flags of their own. */
export const TASKS = [...Deno.readDirSync(`${ROOT}tasks`)]
  .flatMap(({ name }) => name.match(/^([^_].*)\.ts$/)?.slice(1) ?? [])
  .sort();

/** Flags of pytorch-NetVlad's main.py, in its order, and what is different here. */
export const THEIR_FLAGS: Record<string, string> = {
  "mode": "",
  "batchSize": "",
  "cacheBatchSize": "also with fewer, where the engine cannot hold as many",
  "cacheRefreshRate": "from 1; a large number refreshes once an epoch",
  "nEpochs": "",
  "start-epoch": "",
  "nGPU": "",
  "optim": "",
  "lr": "",
  "lrStep": "whole epochs",
  "lrGamma": "",
  "weightDecay": "",
  "momentum": "",
  "nocuda": "",
  "threads": "theirs are 8",
  "seed": "the same default; other random numbers",
  "dataPath": "",
  "runsPath": "`runs` under the current folder",
  "savePath": "",
  "cachePath": "in the run folder, not `TMPDIR`",
  "resume": "also a run folder of this project; one of theirs is only read",
  "ckpt": "",
  "evalEvery": "",
  "patience": "",
  "dataset": "more layouts: docs/datasets.md",
  "arch": "also `squeezenet1_1`",
  "vladv2": "initialised as published: docs/numerics.md",
  "pooling": "",
  "num_clusters": "",
  "margin": "",
  "split": "of `test`; `train` uses `train` and `val` as theirs does",
  "fromscratch": "without it, `--weights` names the file to start from",
};

/** Makes the text. The help of each task is asked of the task itself. */
export async function makeFlagsDoc(): Promise<string> {
  const helps = await Promise.all(TASKS.map(askForHelp));
  const text = [
    "# Flags",
    "This page is made from the tables of flags by `deno run -A tests/write_flags_doc.ts`; a test compares the two.",
    "Names are documented in kebab-case. Case, `-` and `_` do not matter, values follow after a space or `=`, and a flag without a value is taken back by `--no-` before its name. Unknown flags, values of a wrong type and flags that do not go together are listed all at once, and nothing is started. Defaults live in the library (`*_DEFAULTS` of each set of options) and are shown here as `--help` shows them.",
    ...TASKS.map((task, i) =>
      `## deno task ${task}\n\n\`\`\`text\n${helps[i]}\`\`\``
    ),
    makeTheirTable(),
  ].join("\n\n");
  return deno(["fmt", "--ext", "md", "-"], text);
}

function askForHelp(task: string): Promise<string> {
  const permissions = ["--no-prompt", "--allow-read"];
  return deno(["run", ...permissions, `tasks/${task}.ts`, "--help"], "");
}

/** What Deno writes to standard output. */
async function deno(args: string[], input: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [, { success, stdout }] = await Promise.all([
    new Blob([input]).stream().pipeTo(process.stdin),
    process.output(),
  ]);
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}`);
  return new TextDecoder().decode(stdout);
}

function makeTheirTable(): string {
  const rows = Object.entries(THEIR_FLAGS).map(([name, difference]) =>
    `| \`--${name}\` | ${findOurs(name)} | ${difference} |`
  );
  return [
    "## From pytorch-NetVlad",
    "",
    "Every flag of its `main.py`. Their spelling is read too.",
    "",
    "| theirs | here | what is different |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function findOurs(name: string): string {
  const retired = RETIRED_FLAGS.get(name);
  if (retired !== undefined) return `none: ${retired.instead}`;
  const found = ALL_FLAGS.find(({ option, flag }) =>
    [flag.flag, option, ...(flag.aliases ?? [])].map(plainName)
      .includes(plainName(name))
  );
  if (found === undefined) throw new Error(`--${name} has no counterpart`);
  return `\`--${found.flag.flag}\``;
}

const ALL_FLAGS = listFlags({
  name: "",
  description: "",
  groups: FLAG_GROUPS,
});
