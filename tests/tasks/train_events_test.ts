import assert from "node:assert/strict";
import { basename, join } from "node:path";
import type { EpochResult } from "../../lib/train/checkpoint.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import {
  listEventFiles,
  type LoggedEvent,
  readEvents,
} from "../train/read_events.ts";
import { runForJson } from "./run_command.ts";

interface Run {
  run: string;
  history: EpochResult[];
  /** Of each event file. */
  files: LoggedEvent[][];
}

async function trainTinyCity(folder: string, args: string[]): Promise<Run> {
  const { json } = await runForJson(
    "train",
    ...["--data-path", await tinyCity(), "--arch", "alexnet"],
    ...["--width-divisor", "8", "--num-clusters", "4", "--lr", "0.01"],
    ...["--centroids-path", join(folder, "centroids"), "--engine", "wasm"],
    ...args,
  );
  const { run, history } = json;
  return { run, history, files: listEventFiles(run).map(readEvents) };
}

function valuesOf(events: readonly LoggedEvent[], tag: string): number[][] {
  return events.filter((event) => event.tag === tag)
    .map(({ step, scalar }) => [step, scalar!]);
}

/** Without what is said again of the epoch that a run goes on from. */
function withoutRepeats(events: readonly LoggedEvent[]): LoggedEvent[] {
  const seen = new Set<string>();
  return events.filter(({ tag, step, scalar }) => {
    const text = `${tag} ${step} ${scalar}`;
    return !seen.has(text) && seen.add(text);
  });
}

/** What must be the same in two runs. */
function withoutTimes(events: readonly LoggedEvent[]): LoggedEvent[] {
  return events.filter(({ tag }) => !tag?.startsWith("Time/"))
    .map((event) => ({ ...event, seconds: 0 }));
}

/** Checks what is logged by epoch against what `--json` says of the epochs. */
function checkHistory(
  events: readonly LoggedEvent[],
  history: readonly EpochResult[],
): void {
  const expect = (
    tag: string,
    valueOf: (epoch: EpochResult) => number | null,
  ): void =>
    assert.deepEqual(
      valuesOf(events, tag),
      history.flatMap((result) => {
        const value = valueOf(result);
        return value === null ? [] : [[result.epoch, Math.fround(value)]];
      }),
      tag,
    );
  expect("Train/AvgLoss", ({ loss }) => loss);
  expect(
    "Train/LearningRate",
    ({ epoch, learningRate }) => epoch > 0 ? learningRate : null,
  );
  for (const n of ["1", "5", "10", "20"]) {
    expect(`Val/Recall@${n}`, ({ recall }) => recall![n]!);
  }
}

Deno.test("train logs for TensorBoard what it prints, the same in each run, and goes on after a resume", () =>
  inFolder(async (folder) => {
    const startSeconds = Date.now() / 1000;
    const start = (name: string): Promise<Run> =>
      trainTinyCity(folder, [
        ...["--runs-path", join(folder, name), "--epochs", "2"],
      ]);
    const [first, second] = await Promise.all([start("a"), start("b")]);
    const [file] = listEventFiles(first.run);
    assert.match(
      basename(file!),
      new RegExp(`^events\\.out\\.tfevents\\.\\d+\\.${basename(first.run)}$`),
    );
    const [events] = first.files;
    for (const { seconds } of events!) {
      assert.ok(seconds >= startSeconds && seconds <= Date.now() / 1000);
    }
    checkHistory(events!, first.history);
    const losses = valuesOf(events!, "Train/Loss");
    for (const { epoch, loss } of first.history.slice(1)) {
      const own = losses.filter(([step]) => Math.ceil(step! / 3) === epoch)
        .map(([, value]) => value!);
      const mean = own.reduce((a, b) => a + b) / own.length;
      assert.ok(Math.abs(mean - loss!) < 1e-6, `${mean}, ${loss}`);
    }
    const options = events!.find(({ tag }) => tag === "Run/Options");
    assert.match(options!.text!, /\n\| train\.learningRate \| 0\.01 \|\n/);

    assert.deepEqual(withoutTimes(second.files[0]!), withoutTimes(events!));

    const resumed = await trainTinyCity(folder, [
      ...["--resume", first.run, "--epochs", "3"],
    ]);
    assert.equal(resumed.files.length, 2);
    assert.deepEqual(resumed.files[0], events);
    checkHistory(withoutRepeats(resumed.files.flat()), resumed.history);
    checkHistory(resumed.files[1]!, resumed.history.slice(2));
    const starts = resumed.files[1]!.filter(({ session }) => session === 1);
    assert.deepEqual(starts.map(({ step }) => step), [7]);
  }));
