/**
 * What a check found.
 *
 * @module
 */
import { describeCause, VprError } from "../errors.ts";

/** What a finding is about. */
export type FindingTopic = "machine" | "dataset" | "engines" | "stages";

/** Something that was checked, and how it is. */
export interface Finding {
  /**
   * `fails`: something would stop, or its numbers would mean nothing; `warns`: it
   * would go on, with a loss; `fine`: nothing to do.
   */
  grade: "fails" | "warns" | "fine";
  /** What it is about. */
  topic: FindingTopic;
  /** Short name of what was checked, such as `image files`. */
  check: string;
  /** What was found, in one line. */
  what: string;
  /** The files, images or option it was found in; empty for what is fine. */
  where: string;
  /** Something to do about it; empty for what is fine. */
  fix: string;
}

/** A check has come to an end. */
export interface FindingEvent {
  /** Tells it from other events. */
  kind: "finding";
  /** What it found. */
  finding: Finding;
}

/** What a check says of what is not as it should be. */
export type Trouble = Omit<Finding, "grade" | "topic" | "check">;

/** Which check it is. */
export type CheckName = Pick<Finding, "topic" | "check">;

/** A check that found nothing wrong. */
export function fine(name: CheckName, what: string): FindingEvent {
  return toEvent({ grade: "fine", ...name, what, where: "", fix: "" });
}

/** A check that found a loss. */
export function warns(name: CheckName, trouble: Trouble): FindingEvent {
  return toEvent({ grade: "warns", ...name, ...trouble });
}

/** A check that found what would fail. */
export function fails(name: CheckName, trouble: Trouble): FindingEvent {
  return toEvent({ grade: "fails", ...name, ...trouble });
}

function toEvent(finding: Finding): FindingEvent {
  return { kind: "finding", finding };
}

/** Names that are listed one by one. */
const MAX_NAMED = 3;

/** The first few of some names, and how many more there are. */
export function nameSome(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(", ") +
    (more > 0 ? ` and ${more} more` : "");
}

/**
 * What, where and fix of an error.
 *
 * @throws The error itself, if it is none that a reader can act on.
 */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof VprError) {
    const [what = ""] = error.message.split("\n");
    return { what, where: error.where, fix: error.fix };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      what: "Cannot look there",
      where: describeCause(error),
      fix: "give the permission, or another folder",
    };
  }
  throw error;
}
