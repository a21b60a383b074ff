/**
 * Stages that run while other things are done, and can be stopped: for notebooks, whose
 * kernel loses everything when it is interrupted.
 *
 * @module
 */

/** A stage that runs in the background. */
export interface BackgroundStage<Result> {
  /** Its result when it has ended, `undefined` if it was stopped; rejects if it fails. */
  done: Promise<Result | undefined>;
  /** Ends it after the step at hand, and waits until its files are closed. */
  stop(): Promise<Result | undefined>;
}

/**
 * Runs a stage without waiting for it. After each event everything else has its turn:
 * other cells of a notebook, timers, drawing.
 *
 * @param stage The events of a stage.
 * @param onEvent Called with every event, and waited for. If it throws, the stage is ended.
 * @returns At once; the stage starts then.
 *
 * @example
 * ```ts
 * import { type NoteEvent, runInBackground } from "@whereabouts/whereabouts";
 *
 * async function* count(): AsyncGenerator<NoteEvent, string> {
 *   for (let i = 0;; i++) yield { kind: "note", text: `${i}` };
 * }
 * const counting = runInBackground(count(), ({ text }) => console.log(text));
 * await counting.stop();
 * ```
 */
export function runInBackground<Event, Result>(
  stage: AsyncGenerator<Event, Result>,
  onEvent: (event: Event) => void | Promise<void> = () => {},
): BackgroundStage<Result> {
  let isStopped = false;
  const done = run();
  return {
    done,
    stop: () => {
      isStopped = true;
      return done;
    },
  };

  async function run(): Promise<Result | undefined> {
    try {
      while (!isStopped) {
        const { value, done } = await stage.next();
        if (done) return value;
        await onEvent(value);
        await othersTurn();
      }
    } finally {
      await stage.return(undefined!);
    }
  }
}

/** What waits for a timer or a message has its turn; promises alone would keep it waiting. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
