/**
 * How far a long step has come: what every stage yields between its own events.
 *
 * @module
 */

/** One step of a long job; tasks draw a bar from it. */
export interface ProgressEvent {
  /** Work of a known length goes on. */
  kind: "progress";
  /** What is being done, such as "describe database". */
  phase: string;
  /** How many are done. */
  done: number;
  /** How many there are. */
  total: number;
  /** What is counted, if it is not what the phase names. */
  unit?: "bytes";
}

/** Something a person should know, once: what was left out, picked or assumed. */
export interface NoteEvent {
  /** Something to know once. */
  kind: "note";
  /** A line to print. */
  text: string;
}

/** Makes a `progress` event. */
export function progress(
  phase: string,
  done: number,
  total: number,
  unit?: "bytes",
): ProgressEvent {
  return { kind: "progress", phase, done, total, ...(unit && { unit }) };
}

/** Makes a `note` event. */
export function note(text: string): NoteEvent {
  return { kind: "note", text };
}

/**
 * Runs a stage to its end and returns what it returns.
 *
 * @param stage The events of a stage.
 * @param onEvent Called with every event.
 *
 * @example
 * ```ts
 * import { createDemoCity, drain } from "@whereabouts/whereabouts";
 *
 * const folder = await Deno.makeTempDir();
 * const small = { trainPlaces: 1, valPlaces: 1, testPlaces: 1, width: 48, height: 36 };
 * const city = await drain(
 *   createDemoCity(`${folder}/city`, small),
 *   ({ phase, done, total }) => console.log(`${phase}: ${done} of ${total}`),
 * );
 * console.log(city.root);
 * ```
 */
export async function drain<Event, Result>(
  stage: AsyncGenerator<Event, Result>,
  onEvent: (event: Event) => void = () => {},
): Promise<Result> {
  while (true) {
    const { value, done } = await stage.next();
    if (done) return value;
    onEvent(value);
  }
}
