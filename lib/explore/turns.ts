/**
 * One after another, with a limited number who wait.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** Gives turns. */
export interface Turns {
  /**
   * Does some work when all that was asked for before is over.
   *
   * @throws {Refusal} If too many wait, or no more is done.
   */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the work at hand, and does no more. */
  close(): Promise<void>;
}

/** Gives turns to at most `most` pieces of work, the one at hand included. */
export function createTurns(most: number): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  let isClosed = false;
  return {
    take: async (work) => {
      if (count >= most) throw tooMany();
      count++;
      const turn = last.then(() => {
        if (isClosed) throw closed();
        return work();
      });
      last = turn.catch(() => {}).finally(() => count--);
      return await turn;
    },
    close: async () => {
      isClosed = true;
      await last;
    },
  };
}

function tooMany(): Refusal {
  return new Refusal(
    503,
    "Cannot take one more photo now",
    "wait a moment",
    { "Retry-After": "5" },
  );
}

function closed(): Refusal {
  return new Refusal(
    503,
    "Cannot take any more photos: the server ends",
    "start it again",
  );
}
