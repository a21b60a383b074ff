/**
 * Flags of downloading weights.
 *
 * @module
 */
import {
  DOWNLOAD_DEFAULTS,
  type DownloadOptions,
  resolveDownloadOptions,
} from "../mod.ts";
import { FOLDER, INTEGER, NUMBER, text } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** From where, to where, and how patiently. */
export const DOWNLOAD_FLAGS: FlagGroup<DownloadOptions> = {
  title: "Download",
  defaults: DOWNLOAD_DEFAULTS,
  resolve: resolveDownloadOptions,
  flags: {
    weightsPath: {
      flag: "weights-path",
      type: FOLDER,
      help: "where the files are put",
    },
    from: {
      flag: "from",
      type: text("URL"),
      help:
        "folder that they are fetched from; the task may reach no other host than that of the default",
    },
    attempts: {
      flag: "attempts",
      type: INTEGER,
      help: "attempts, at most, that do not bring another megabyte",
    },
    stallSeconds: {
      flag: "stall-seconds",
      type: NUMBER,
      unit: "seconds",
      help: "time without a byte after which a connection is given up",
    },
    retrySeconds: {
      flag: "retry-seconds",
      type: NUMBER,
      unit: "seconds",
      help: "time before the second attempt; twice as long before each next",
    },
  },
};
