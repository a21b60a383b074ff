/**
 * Progress as a bar on a terminal.
 *
 * @module
 */
import cliProgress from "cli-progress";
import {
  describeCount,
  describeTimeLeft,
  type Painter,
  type Phase,
  type ProgressStream,
} from "./_phase.ts";

/** The part of `cli-progress`'s bar that is used; the package has no types. */
interface Bar {
  start(total: number, done: number, payload: Payload): void;
  update(done: number, payload: Payload): void;
  stop(): void;
}

/** What the bar's text has besides numbers. */
interface Payload {
  phase: string;
  count: string;
  left: string;
}

/** Columns that are left for the text beside the bar. */
const TEXT_COLUMNS = 56;

/** Draws one bar, which is wiped away when its phase ends. */
export function barPainter(stream: ProgressStream): Painter {
  let bar: Bar | undefined;
  let shown: Phase | undefined;

  function draw(phase: Phase): void {
    shown = phase;
    bar = createBar(stream);
    bar.start(phase.total, phase.done, payloadOf(phase));
  }
  function wipe(): void {
    bar?.stop();
    bar = undefined;
  }
  return {
    begin: draw,
    advance(phase): void {
      bar?.update(phase.done, payloadOf(phase));
    },
    clear(): void {
      wipe();
      shown = undefined;
    },
    line(text): void {
      wipe();
      stream.write(`${text}\n`);
      if (shown !== undefined) draw(shown);
    },
  };
}

function createBar(stream: ProgressStream): Bar {
  const columns = stream.columns || 80; // 0: a terminal that does not say
  return new cliProgress.SingleBar({
    stream,
    format: "{phase} [{bar}] {percentage} % {count} {left}",
    barsize: Math.min(Math.max(columns - TEXT_COLUMNS, 10), 40),
    barCompleteChar: "=",
    barIncompleteChar: "-",
    clearOnComplete: true,
    linewrap: true, // cut at the last column: leaves the terminal's own setting alone
  });
}

function payloadOf(phase: Phase): Payload {
  return {
    phase: phase.name,
    count: describeCount(phase),
    left: describeTimeLeft(phase),
  };
}
