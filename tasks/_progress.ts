/**
 * Shows how far a stage has come: a bar on a terminal, lines elsewhere.
 *
 * @module
 */
import type { NoteEvent, ProgressEvent } from "../mod.ts";
import { barPainter } from "./_progress_bar.ts";
import { linePainter } from "./_progress_lines.ts";
import { describeEnd, type Phase, type ProgressStream } from "./_phase.ts";

/** Shows the progress of one stage after another. */
export interface ProgressView {
  update(event: ProgressEvent): void;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Ends the phase that is shown, if there is one; `stopped` if it was cut short. */
  end(outcome: "done" | "stopped"): void;
}

/**
 * Creates a view of progress.
 *
 * @param stream Where it is written.
 * @param now Milliseconds from any start.
 */
export function createProgressView(
  stream: ProgressStream,
  now: () => number,
): ProgressView {
  const painter = stream.isTTY ? barPainter(stream) : linePainter(stream);
  let phase: Phase | undefined;
  let finished: ProgressEvent | undefined;

  function end(outcome: "done" | "stopped"): void {
    if (phase === undefined) return;
    painter.clear();
    painter.line(describeEnd({ ...phase, nowMs: now() }, outcome));
    phase = undefined;
  }
  return {
    update(event): void {
      if (isRepeat(event, finished)) return;
      if (phase && (phase.name !== event.phase || event.done < phase.done)) {
        end("done");
      }
      if (phase === undefined) {
        phase = beginPhase(event, now());
        if (event.done < event.total) painter.begin(phase);
      } else {
        phase.done = event.done;
        phase.total = event.total;
        phase.nowMs = now();
        painter.advance(phase);
      }
      const isDone = event.done >= event.total;
      if (isDone) end("done");
      finished = isDone ? event : undefined;
    },
    note: painter.line,
    end,
  };
}

/** Whether an event only says again that the last phase is over. */
function isRepeat(
  event: ProgressEvent,
  last: ProgressEvent | undefined,
): boolean {
  return last?.phase === event.phase && last.done === event.done &&
    last.total === event.total;
}

function beginPhase(event: ProgressEvent, nowMs: number): Phase {
  const { phase: name, done, total, unit } = event;
  return {
    ...{ name, startMs: nowMs, startDone: done, nowMs, done, total },
    ...(unit && { unit }),
  };
}

/** How a stage is shown. */
export interface ShowOptions<Event> {
  view: ProgressView;
  /** Turns an event of the stage into a line to write, if it is worth one. */
  print?: (event: Event) => string | undefined;
  /** Ends the stage after the step at hand. */
  signal?: AbortSignal;
}

/** Events that every stage can have. */
type CommonEvent = ProgressEvent | NoteEvent;

/**
 * Runs a stage to its end and shows its events. A stage that is interrupted, or
 * whose events cannot be shown, is closed, so that it frees what it holds.
 *
 * @returns What the stage returns.
 * @throws The reason of `signal`, if it is aborted.
 */
export async function showEvents<Event extends { kind: string }, Result>(
  stage: AsyncGenerator<Event | CommonEvent, Result>,
  { view, print, signal }: ShowOptions<Event>,
): Promise<Result> {
  let isOver = false;
  try {
    while (true) {
      signal?.throwIfAborted();
      const { value, done } = await stage.next();
      if (done) {
        isOver = true;
        return value;
      }
      showEvent(value, view, print);
    }
  } finally {
    view.end(isOver ? "done" : "stopped");
    if (!isOver) await stage.return(undefined as Result);
  }
}

function showEvent<Event extends { kind: string }>(
  event: Event | CommonEvent,
  view: ProgressView,
  print?: (event: Event) => string | undefined,
): void {
  if (event.kind === "progress") return view.update(event as ProgressEvent);
  if (event.kind === "note") return view.note((event as NoteEvent).text);
  const line = print?.(event as Event);
  if (line !== undefined) view.note(line);
}
