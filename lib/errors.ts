/**
 * Errors that their reader can act on: what went wrong, where, and how to fix it.
 *
 * @module
 */

/** Where an error happened, what to do about it, and what caused it. */
export interface ErrorHints {
  /** The argument, option, flag or file that is at fault. */
  where: string;
  /** Something to do. */
  fix: string;
  /** The error underneath, if there is one. */
  cause?: unknown;
}

/** An error that its reader can act on. Tasks print its message without the stack. */
export class VprError extends Error {
  /** The argument, option or file that is at fault. */
  readonly where: string;
  /** Something to do about it. */
  readonly fix: string;

  /**
   * An error of three lines: what, where, fix.
   *
   * @param what What cannot be done, beginning with "Cannot", without a final period.
   * @param hints Where it happened and how to fix it.
   */
  constructor(what: string, { where, fix, cause }: ErrorHints) {
    const [line1, line2, line3] = [what, where, fix].map(showControls);
    super(`${line1}\n  where: ${line2}\n  fix:   ${line3}`, { cause });
    this.name = new.target.name;
    this.where = where;
    this.fix = fix;
  }
}

/** Keeps a line one line, and a terminal as it is, whatever a file is called or holds. */
function showControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "\ufffd");
}

/** A tensor or array has the wrong rank or sizes. */
export class ShapeError extends VprError {}

/** An option or flag has a value outside its range. */
export class OptionsError extends VprError {}

/** A dataset, a list of images or an image cannot be read. */
export class DatasetError extends VprError {}

/** A weights, centroid, checkpoint or descriptor file cannot be read or written. */
export class CheckpointError extends VprError {}

/** A compute engine is not there or cannot do what is asked of it. */
export class EngineError extends VprError {}

/** The text of anything that was thrown, on one line. */
export function describeCause(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replaceAll(/\s*\n\s*/g, "; ");
}
