/**
 * Flags of running notebooks.
 *
 * @module
 */
import { FOLDER, NUMBER, text } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** How notebooks are run. */
export interface NotebookOptions {
  /** Folder that copies with outputs are written to. */
  output: string;
  /** Seconds that a notebook may take. */
  timeLimit: number;
  /** Python that has jupyter_client. */
  python: string;
}

/** The one place where the default lives. */
export const NOTEBOOK_DEFAULTS = Object.freeze({ timeLimit: 300 });

export const NOTEBOOK_FLAGS: FlagGroup<NotebookOptions> = {
  title: "Notebooks",
  defaults: NOTEBOOK_DEFAULTS,
  flags: {
    output: {
      flag: "output",
      type: FOLDER,
      help: "where copies with their outputs are written, to look at",
      absent: "none",
    },
    timeLimit: {
      flag: "time-limit",
      type: NUMBER,
      unit: "seconds",
      help: "what each notebook may take",
    },
    python: {
      flag: "python",
      type: text("PROGRAM"),
      help: "Python with the package jupyter_client",
      absent: "the first python3 of the PATH that has it",
    },
  },
};
