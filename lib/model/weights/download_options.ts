/**
 * Options of downloading weights.
 *
 * @module
 */
import {
  COUNT,
  NOT_NEGATIVE,
  POSITIVE,
  resolveOptions,
  type Rules,
  TEXT,
} from "../../options.ts";
import { PUBLISHED_AT } from "./published_weights.ts";

/** Options of downloading weights. Each is described, with its unit, here and nowhere else. */
export interface DownloadOptions {
  /** Folder that the file is put into. */
  weightsPath: string;
  /** URL of the folder that it is fetched from, `https:` or `http:`. */
  from: string;
  /** Attempts, at most, that do not bring another megabyte. */
  attempts: number;
  /** Seconds without a byte after which a connection is given up. */
  stallSeconds: number;
  /** Seconds before the second attempt; before each further one twice as many. */
  retrySeconds: number;
}

/** The one place where the defaults live. */
export const DOWNLOAD_DEFAULTS: Readonly<DownloadOptions> = Object.freeze({
  weightsPath: "weights",
  from: PUBLISHED_AT,
  attempts: 4,
  stallSeconds: 30,
  retrySeconds: 1,
});

const RULES: Rules<DownloadOptions> = {
  weightsPath: TEXT,
  from: {
    holds: (value) =>
      typeof value === "string" && /^https?:$/.test(parseScheme(value)),
    wanted: "a URL that begins with https:// or http://",
  },
  attempts: COUNT,
  stallSeconds: POSITIVE,
  retrySeconds: NOT_NEGATIVE,
};

function parseScheme(text: string): string {
  return URL.parse(text)?.protocol ?? "";
}

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveDownloadOptions(
  given: Partial<DownloadOptions> = {},
): Readonly<DownloadOptions> {
  return resolveOptions(given, {
    purpose: "download weights",
    defaults: DOWNLOAD_DEFAULTS,
    rules: RULES,
  });
}
