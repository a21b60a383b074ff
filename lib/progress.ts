/**
 * How far a long step has come: what every stage yields between its own events.
 *
 * @module
 */

/** One step of a long job; tasks draw a bar from it. */
export interface ProgressEvent {
  kind: "progress";
  /** What is being done, such as "describe database". */
  phase: string;
  /** How many are done. */
  done: number;
  /** How many there are. */
  total: number;
}

/** Something a person should know, once: what was left out, picked or assumed. */
export interface NoteEvent {
  kind: "note";
  text: string;
}

/** Makes a `progress` event. */
export function progress(
  phase: string,
  done: number,
  total: number,
): ProgressEvent {
  return { kind: "progress", phase, done, total };
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
