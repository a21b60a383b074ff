import assert from "node:assert/strict";
import { drain } from "../../lib/progress.ts";
import { logEvents } from "../../lib/train/event_log.ts";
import type { EpochEvent } from "../../lib/train/course.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { StepEvent } from "../../lib/train/train_epoch.ts";
import { listEventFiles, type LoggedEvent, readEvents } from "./read_events.ts";

/** When `logPlainly` begins. */
export const START_MS = 1700000000_000;

/** An epoch that came to nothing. */
export const EPOCH: EpochEvent = {
  kind: "epoch",
  epoch: 0,
  learningRate: 0,
  loss: null,
  tuples: 0,
  skipped: 0,
  recall: null,
  isBest: false,
  evaluation: null,
};

/** A step of an epoch of ten batches. */
export function makeStep(epoch: number, batch: number): StepEvent {
  const globalStep = (epoch - 1) * 10 + batch;
  return {
    ...{ kind: "step", epoch, step: 1, batch, globalStep },
    ...{ loss: 0.25, negatives: 3 },
  };
}

/** Logs events, each with the milliseconds that it took, and returns what is in the file. */
export async function logPlainly(
  folder: string,
  steps: readonly (readonly [number, TrainEvent])[],
  flags?: Record<string, unknown>,
): Promise<LoggedEvent[]> {
  let nowMs = START_MS;
  async function* stage(): AsyncGenerator<TrainEvent, string> {
    for (const [ms, event] of steps) {
      nowMs += ms;
      yield await Promise.resolve(event);
    }
    return "result";
  }
  const seen: TrainEvent[] = [];
  const result = await drain(
    logEvents(stage(), { folder, now: () => nowMs, ...(flags && { flags }) }),
    (event) => seen.push(event),
  );
  assert.equal(result, "result");
  assert.deepEqual(seen, steps.map(([, event]) => event));
  return readEvents(listEventFiles(folder).at(-1)!);
}
