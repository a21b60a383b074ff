/**
 * What is said between the demo city and its workers.
 *
 * @module
 */
import type { DemoCityOptions } from "./options.ts";

/** A share of the photographs to take. */
export interface PhotoRequest {
  options: Readonly<DemoCityOptions>;
  /** Folder of the city; the folders of the photographs are there. */
  folder: string;
  /** First photograph, counted over all splits. */
  start: number;
  /** One past the last. */
  end: number;
}

/** What a worker has to say. */
export type PhotoReply =
  | { kind: "taken" }
  | { kind: "finished" }
  | { kind: "failed"; cause: string };
