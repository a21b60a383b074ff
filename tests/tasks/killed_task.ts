/** Tasks that are killed at some moment, and what they leave. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5 } from "../../lib/hdf5.ts";
import type { Random } from "../../lib/random.ts";
import { readReportData } from "../../lib/report/read_report_data.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { readEvents } from "../train/read_events.ts";
import type { TaskEnd } from "./refuse.ts";
import { argsOfTask, ROOT } from "./task_args.ts";

/** When to kill: so long after the start, or at so many changes of files. */
export type Moment = { afterMs: number } | { afterChanges: number };

/** How a task took its course. */
export interface Course extends TaskEnd {
  /** Whether it was killed, and had not ended before. */
  isKilled: boolean;
  durationMs: number;
  /** Changes of files in the folder. */
  numChanges: number;
}

/**
 * Runs `deno task TASK` without its shell, which would be killed in its place.
 *
 * @param folder The one whose changes are counted.
 */
export async function runUntil(
  [task, ...flags]: readonly string[],
  folder: string,
  moment?: Moment,
): Promise<Course> {
  using watcher = Deno.watchFs(folder);
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: argsOfTask(task!, flags),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = (): void => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const afterMs = moment && "afterMs" in moment ? moment.afterMs : undefined;
  const timer = afterMs === undefined ? undefined : setTimeout(kill, afterMs);
  let numChanges = 0;
  const count = async (): Promise<void> => {
    for await (const _ of watcher) {
      numChanges++;
      const most = moment && "afterChanges" in moment && moment.afterChanges;
      if (most === numChanges) kill();
    }
  };
  const counting = count();
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(timer);
  watcher.close();
  await counting;
  const decoder = new TextDecoder();
  return {
    code,
    out: decoder.decode(stdout),
    err: decoder.decode(stderr),
    isKilled: signal === "SIGKILL",
    durationMs: performance.now() - start,
    numChanges,
  };
}

/** Runs a task that must succeed to its end. */
export async function runWhole(
  args: readonly string[],
  folder: string,
): Promise<Course> {
  const course = await runUntil(args, folder);
  assert.equal(course.code, 0, course.err);
  return course;
}

/** Draws a moment somewhere in a course: by turns by the clock, and by what is written. */
export function drawMoment(
  random: Random,
  turn: number,
  { durationMs, numChanges }: Course,
): Moment {
  return turn % 2 === 0
    ? { afterMs: random.next() * durationMs }
    : { afterChanges: 1 + random.nextInteger(numChanges) };
}

/** Reads every file under a folder but those that are being written; all must be whole. */
export async function checkFiles(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (/\.tmp$|\.rows$|\.lock$/.test(name)) continue;
    if (isDirectory) await checkFiles(path);
    else await checkFile(path);
  }
}

async function checkFile(path: string): Promise<void> {
  if (path.endsWith(".safetensors")) {
    assert.ok(readCheckpoint(path).state.history.length > 0, path);
  } else if (/\.(hdf5|h5)$/.test(path)) {
    using file = await openHdf5(path);
    for (const { name } of file.listDatasets()) {
      assert.ok(file.readDataset(name).data.length > 0, path);
    }
  } else if (path.includes("tfevents")) {
    readEvents(path);
  } else {
    const text = await Deno.readTextFile(path);
    assert.ok(text.endsWith("\n"), path);
    if (path.endsWith(".json")) JSON.parse(text);
    if (path.endsWith(".html")) readReportData(text);
  }
}
