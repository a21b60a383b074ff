/**
 * How long each phase of a task took, and how much memory it held.
 *
 * @module
 */
import { createMemoryWatch } from "../mod.ts";

/** Watches the stages of a task. */
export interface PhaseTimes {
  /** Passes a stage's events on and looks at clock and memory at each. */
  watch<Event extends object, Result>(
    stage: AsyncGenerator<Event, Result>,
  ): AsyncGenerator<Event, Result>;
  measure(): Measures;
}

/** What stages took. */
export interface Measures {
  /** Seconds by phase, and `total` since the start. */
  seconds: Record<string, number>;
  peakMemoryBytes: number;
}

/**
 * Starts to watch.
 *
 * @param now Milliseconds from any start.
 */
export function createPhaseTimes(now: () => number): PhaseTimes {
  const startMs = now();
  const phases = new Map<string, number>();
  const memory = createMemoryWatch();
  return {
    async *watch<Event extends object, Result>(
      stage: AsyncGenerator<Event, Result>,
    ): AsyncGenerator<Event, Result> {
      let lastMs = now();
      try {
        while (true) {
          const { value, done } = await stage.next();
          if (done) return value;
          memory.sample();
          if ("phase" in value) {
            const phase = String(value.phase);
            const before = phases.get(phase) ?? 0;
            phases.set(phase, before + now() - lastMs);
            lastMs = now();
          }
          yield value;
        }
      } finally {
        await stage.return(undefined as never);
      }
    },
    measure: () => ({
      seconds: {
        ...Object.fromEntries(
          [...phases].map(([phase, ms]) => [phase, toSeconds(ms)]),
        ),
        total: toSeconds(now() - startMs),
      },
      peakMemoryBytes: memory.peakBytes(),
    }),
  };
}

function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}
