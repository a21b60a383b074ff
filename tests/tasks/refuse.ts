import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { ROOT } from "./task_args.ts";

/** What a task says on standard error besides its error. */
const PROGRESS =
  /^(engine: .*|weights: random; .*|[a-z][a-z ]*(, start \d of \d)?: (stopped at )?\d+(\/\d+.*|( of \d+)? (in|after) .*)|left out \d+ of .*|clustering \d+ .*|Recall@.*|AUC-PR .*|mAP .*|epoch .*|run folder: .*|centroids.*|validating on .*|model: .*|whitening: .*|(download|check) \S+: .*|images are resized .*)$/;

/** A small model on the engine that is always there; `avg` needs no centroids. */
export const SMALL = [
  ...["--arch", "squeezenet1_1", "--width-divisor", "8", "--threads", "1"],
  ...["--engine", "wasm", "--engine-threads", "1"],
];
/** The same without centroids. */
export const AVG = [...SMALL, "--pooling", "avg"];
/** The same with them. */
export const NETVLAD = [...SMALL, "--num-clusters", "4"];

/** Where a command runs. */
export interface Surroundings {
  /** Working directory. */
  cwd: string;
  env?: Record<string, string>;
  /** Shell command that ends in `exec`, put before the task. */
  before?: string;
  /** Permissions; all if left out. */
  allow?: string[];
}

/** How a command ended. */
export interface TaskEnd {
  code: number;
  out: string;
  err: string;
}

/** Runs a task as a program of its own. */
export async function runTask(
  args: string[],
  { cwd, env = {}, before, allow = ["-A"] }: Surroundings,
): Promise<TaskEnd> {
  const [task, ...flags] = args;
  const deno = [
    ...[Deno.execPath(), "run", "--no-prompt", "--no-check", ...allow],
    ...["--config", join(ROOT, "deno.json"), join(ROOT, `tasks/${task}.ts`)],
    ...flags,
  ];
  const [program, ...rest] = before === undefined
    ? deno
    : ["sh", "-c", `${before} "$@"`, "sh", ...deno];
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** An error that a task is to end with. */
export interface Refusal {
  /** The task and its flags. */
  args: string[];
  /** Name of the error and what it says first, such as `DatasetError: Cannot …`. */
  what: RegExp;
  where: RegExp;
  fix: RegExp;
  /** How the command is run, besides its folder. */
  surroundings?: Omit<Surroundings, "cwd">;
  /** A folder that is to be empty afterwards, besides the working directory. */
  output?: string;
}

/** Runs commands that must refuse, two at a time: three lines, exit code 1, and nothing left. */
export async function refuse(...refusals: Refusal[]): Promise<void> {
  const waiting = [...refusals];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await refuseOne(next);
    }
  };
  await Promise.all([work(), work()]);
}

function refuseOne(refusal: Refusal): Promise<void> {
  return inFolder(async (cwd) => {
    const { args, what, where, fix, surroundings, output } = refusal;
    const { code, out, err } = await runTask([...args, "--json"], {
      cwd,
      ...surroundings,
    });
    const told = `${args.join(" ")}\n${out}${err}`;
    assert.equal(code, 1, told);
    const { error } = JSON.parse(out);
    assert.deepEqual(Object.keys(error), ["name", "what", "where", "fix"]);
    assert.match(`${error.name}: ${error.what}`, what, told);
    assert.match(error.where, where, told);
    assert.match(error.fix, fix, told);
    const lines = err.split("\n");
    assert.equal(lines.pop(), "", told);
    assert.deepEqual(
      lines.splice(-3),
      [
        `${error.name}: ${error.what}`,
        `  where: ${error.where}`,
        `  fix:   ${error.fix}`,
      ],
      told,
    );
    for (const line of lines) assert.match(line, PROGRESS, told);
    for (const folder of output === undefined ? [cwd] : [cwd, output]) {
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assert.deepEqual(left, [], told);
    }
  });
}
