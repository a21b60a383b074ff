/**
 * One phase of a stage: what its progress is drawn from, and how that is put into words.
 *
 * @module
 */

/** Where progress is written to; `node:process` has one in `stderr`. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  isTTY?: boolean;
  /** Width of the terminal; 0 or undefined if it does not say. */
  columns?: number;
}

/** One phase of a stage, and how far it has come. */
export interface Phase {
  readonly name: string;
  readonly startMs: number;
  /** How many were done when it began. */
  readonly startDone: number;
  nowMs: number;
  done: number;
  total: number;
  /** What is counted, if it is not what the name says. */
  readonly unit?: "bytes";
}

/** Draws one phase at a time. */
export interface Painter {
  begin(phase: Phase): void;
  advance(phase: Phase): void;
  /** Takes away what is drawn of a phase that is over or interrupted. */
  clear(): void;
  /** Writes a line that stays, above what is drawn. */
  line(text: string): void;
}

/** One line on a phase that is over, or was cut short. */
export function describeEnd(phase: Phase, outcome: "done" | "stopped"): string {
  const { name, done, total, startMs, nowMs } = phase;
  const count = done >= total
    ? formatCount(phase, done)
    : `${formatCount(phase, done)} of ${formatCount(phase, total)}`;
  const time = formatDuration(nowMs - startMs);
  return outcome === "done"
    ? `${name}: ${count} in ${time}`
    : `${name}: stopped at ${count} after ${time}`;
}

/** How many of how many: `12/250`, `1.2 MB/553.4 MB`. */
export function describeCount(phase: Phase): string {
  const { done, total } = phase;
  return `${formatCount(phase, done)}/${formatCount(phase, total)}`;
}

/** A number of what a phase counts. */
function formatCount({ unit }: Phase, count: number): string {
  return unit === "bytes" ? formatMegabytes(count / 1e6) : String(count);
}

/** A size: `553.4 MB`. */
export function formatMegabytes(megabytes: number): string {
  return `${megabytes.toFixed(1)} MB`;
}

/** Time that a phase still takes, if it goes on as so far; empty if that is not known. */
export function describeTimeLeft(phase: Phase): string {
  const { done, startDone, total, startMs, nowMs } = phase;
  if (done <= startDone) return "";
  const msEach = (nowMs - startMs) / (done - startDone);
  return `${formatDuration(msEach * (total - done))} left`;
}

/** A duration in the one or two units that matter: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${pad(rest)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
