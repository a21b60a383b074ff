/**
 * How long the phases of an epoch take, told from the events of *train*.
 *
 * @module
 */
import type { ProgressEvent } from "../progress.ts";
import type { EpochEvent } from "./course.ts";
import type { TrainEvent } from "./train.ts";

/** Adds up the times between events. */
export interface EpochTimes {
  /** Counts the time since the last event. */
  observe(event: TrainEvent): void;
  /**
   * Ends an epoch and begins the next.
   *
   * @returns Seconds of what there was of `Describe` (of the training set), `Train` (with mining),
   * `Evaluate` and `Checkpoint`, of all that as `Epoch`, and the `ImagesPerSecond` that were described.
   */
  finish(epoch: EpochEvent): Record<string, number>;
}

/** What has been counted of an epoch. */
interface Tally {
  /** Milliseconds by phase. */
  ms: Record<string, number>;
  /** Whether all its queries had their turn: what is described from then on is evaluated. */
  isTrained: boolean;
  describedImages: number;
  describedMs: number;
}

/**
 * Starts to count.
 *
 * @param now Milliseconds from any start.
 */
export function createEpochTimes(now: () => number): EpochTimes {
  let lastMs = now();
  let tally = startTally();
  let lastDone = 0;
  return {
    observe(event): void {
      if (event.kind === "note") return;
      const ms = now() - lastMs;
      lastMs += ms;
      const phase = phaseOf(event, tally.isTrained);
      tally.ms[phase] = (tally.ms[phase] ?? 0) + ms;
      if (event.kind !== "progress") return;
      const { done, total } = event;
      if (isDescribing(event)) {
        tally.describedMs += ms;
        tally.describedImages += Math.max(done - lastDone, 0);
        lastDone = done;
      }
      if (isTraining(event) && done === total) tally.isTrained = true;
    },
    finish({ epoch }): Record<string, number> {
      const times = sumUp(tally, epoch === 0);
      tally = startTally();
      lastMs = now();
      return times;
    },
  };
}

function startTally(): Tally {
  return { ms: {}, isTrained: false, describedImages: 0, describedMs: 0 };
}

function phaseOf(
  event: Exclude<TrainEvent, { kind: "note" }>,
  isTrained: boolean,
): string {
  if (event.kind === "epoch") return "Checkpoint";
  if (event.kind === "step" || isTraining(event)) return "Train";
  return isTrained ? "Evaluate" : "Describe";
}

function isTraining({ phase }: ProgressEvent): boolean {
  return /^epoch \d/.test(phase);
}

function isDescribing({ phase }: ProgressEvent): boolean {
  return phase.startsWith("describe ");
}

/** Before training nothing is described but what is evaluated. */
function sumUp(
  { ms: { Describe, ...others }, describedImages, describedMs }: Tally,
  isUntrained: boolean,
): Record<string, number> {
  const ms = {
    ...(Describe !== undefined &&
      { [isUntrained ? "Evaluate" : "Describe"]: Describe }),
    ...others,
  };
  const total = Object.values(ms).reduce((a, b) => a + b, 0);
  return {
    ...Object.fromEntries(
      Object.entries({ ...ms, Epoch: total })
        .map(([phase, each]) => [phase, each / 1000]),
    ),
    ...(describedMs > 0 &&
      { ImagesPerSecond: 1000 * describedImages / describedMs }),
  };
}
