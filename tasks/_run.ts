/**
 * Runs a task: reads its flags, shows its progress, prints its result or its error, and sets the exit code.
 *
 * @module
 */
import process from "node:process";
import { VprError } from "../mod.ts";
import { type Args, readArgs } from "./_args.ts";
import { nameFlags } from "./_flag_names.ts";
import { formatHelp } from "./_help.ts";
import {
  createProgressView,
  type ProgressView,
  showEvents,
  type ShowOptions,
} from "./_progress.ts";
import { createPhaseTimes, type Measures } from "./_phase_times.ts";
import type { GivenOptions, TaskSpec } from "./_spec.ts";

/** What the work of a task is given. */
export interface TaskRun<Groups> {
  /** The options that were given on the command line, group by group. */
  options: GivenOptions<Groups>;
  /** Arguments without a flag. */
  positionals: string[];
  /** Runs a stage to its end with its progress on standard error; `print` turns its events into lines. */
  show<Event extends { kind: string }, Result>(
    stage: Parameters<typeof showEvents<Event, Result>>[0],
    print?: ShowOptions<Event>["print"],
  ): Promise<Result>;
  /** Writes a line of the result for people: to standard error, if JSON is wanted. */
  say(line: string): void;
  /** Writes a line about what is being done, to standard error. */
  note(line: string): void;
  /** What the stages shown so far took: part of what `--json` prints. */
  measure(): Measures;
  /** Aborted by Ctrl-C: for stages that wait for it. */
  signal: AbortSignal;
}

/** Exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Ctrl-C was pressed. */
class Interrupted extends Error {
  override name = "Interrupted";
}

/**
 * Runs a task, and ends the program if it fails.
 *
 * Exit codes: 0, 1 for an error, 130 after Ctrl-C. With `--json`, the last thing on standard
 * output is one JSON object: the result, or `{ "error": … }`.
 *
 * @param spec The task.
 * @param work Does it, and returns the object that `--json` prints.
 */
export async function runTask<Groups>(
  spec: TaskSpec<Groups>,
  work: (run: TaskRun<Groups>) => Promise<object>,
): Promise<void> {
  await followFlags(spec, async (args) => {
    const result = await runWork(args, work);
    if (args.json) console.log(JSON.stringify(result));
  });
}

/**
 * Reads the flags of a task and does as they say, or shows its help, and ends the program if that fails.
 *
 * @param act Does it, without progress and Ctrl-C of its own.
 */
export async function followFlags<Groups>(
  spec: TaskSpec<Groups>,
  act: (args: Args<Groups>) => Promise<void>,
): Promise<void> {
  const wantsJson = Deno.args.includes("--json");
  try {
    const args = readArgs(Deno.args, spec);
    if (args.help) return console.log(formatHelp(spec));
    await act(args);
  } catch (thrown) {
    const error = inFlags(thrown, spec);
    console.error(describeError(error));
    if (wantsJson) console.log(JSON.stringify({ error: toJson(error) }));
    Deno.exit(error instanceof Interrupted ? INTERRUPTED : 1);
  }
}

async function runWork<Groups>(
  { options, positionals, json }: Args<Groups>,
  work: (run: TaskRun<Groups>) => Promise<object>,
): Promise<object> {
  const now = (): number => performance.now();
  const view = createProgressView(process.stderr, now);
  const times = createPhaseTimes(now);
  const { signal, stop } = listenForInterrupt(view);
  process.stderr.on("error", () => {}); // `2>&1 | head` ends the reading, not the work
  try {
    return await work({
      options,
      positionals,
      show: (stage, print) =>
        showEvents(times.watch(stage), {
          view,
          signal,
          ...(print && { print }),
        }),
      say: json ? console.error : console.log,
      note: view.note,
      measure: times.measure,
      signal,
    });
  } finally {
    stop();
  }
}

/** The first Ctrl-C lets the step at hand end and everything be closed; the second does not. */
function listenForInterrupt(
  view: ProgressView,
): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) Deno.exit(INTERRUPTED);
    view.note("Stopping after this step (Ctrl-C again: at once)");
    controller.abort(new Interrupted("Stopped by Ctrl-C"));
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  return {
    signal: controller.signal,
    stop: () => Deno.removeSignalListener("SIGINT", onInterrupt),
  };
}

/** An error of the library in the words of the command line. */
function inFlags<Groups>(error: unknown, spec: TaskSpec<Groups>): unknown {
  if (!(error instanceof VprError)) return error;
  const [what = ""] = error.message.split("\n");
  const named = new VprError(what, {
    where: nameFlags(error.where, spec),
    fix: nameFlags(error.fix, spec),
    cause: error,
  });
  named.name = error.name;
  return named;
}

function describeError(error: unknown): string {
  if (error instanceof Interrupted) return error.message;
  if (error instanceof VprError || error instanceof Deno.errors.NotCapable) {
    return `${error.name}: ${error.message}`;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  return `This is a bug in Whereabouts, not in its input. Please report it with these lines:\n${stack}`;
}

function toJson(error: unknown): object {
  if (!(error instanceof Error)) return { name: "Error", what: String(error) };
  const { name, message } = error;
  if (!(error instanceof VprError)) return { name, what: message };
  const [what] = message.split("\n");
  return { name, what, where: error.where, fix: error.fix };
}
