/**
 * Progress as plain lines, for files and pipes.
 *
 * @module
 */
import {
  describeCount,
  describeTimeLeft,
  type Painter,
  type Phase,
  type ProgressStream,
} from "./_phase.ts";

/** A line at least this often. */
const LONGEST_GAP_MS = 10_000;
/** No more than one line in this time. */
const SHORTEST_GAP_MS = 1000;
/** Share of a phase after which there is a line. */
const STEP = 0.1;

/** Writes a line when a phase begins, and one for every 10 % or 10 s. */
export function linePainter(stream: ProgressStream): Painter {
  let lastMs = 0;
  let lastDone = 0;
  const line = (text: string): void => void stream.write(`${text}\n`);
  const write = (phase: Phase, text: string): void => {
    lastMs = phase.nowMs;
    lastDone = phase.done;
    line(text);
  };
  return {
    begin: (phase) => write(phase, `${phase.name}: ${describeCount(phase)}`),
    advance(phase): void {
      const gapMs = phase.nowMs - lastMs;
      const gap = (phase.done - lastDone) / phase.total;
      const isDue = gapMs >= LONGEST_GAP_MS ||
        (gap >= STEP && gapMs >= SHORTEST_GAP_MS);
      if (isDue && phase.done < phase.total) write(phase, describe(phase));
    },
    clear: () => {},
    line,
  };
}

function describe(phase: Phase): string {
  const percent = Math.floor(100 * phase.done / phase.total);
  const left = describeTimeLeft(phase);
  const state = `${phase.name}: ${describeCount(phase)} (${percent} %)`;
  return left === "" ? state : `${state}, ${left}`;
}
