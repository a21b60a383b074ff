/**
 * What a comparison with golden cases comes to.
 *
 * @module
 */
import type { EngineName } from "../engine/engine.ts";
import type { ParityRow, ParityVerdict } from "./run_case.ts";

/** An engine that was to be used. */
export interface ParityEngine {
  /** Which of the engines it is. */
  name: EngineName;
  /** Its device; `null` if it could not be started. */
  device: string | null;
  /** Why it could not. */
  missing?: string;
}

/** What a folder of golden cases came to. */
export interface ParityResult {
  /** Folder of the golden cases. */
  folder: string;
  /** Engines that were compared. */
  engines: readonly ParityEngine[];
  /** What came of each case, on each engine that it needs. */
  rows: readonly ParityRow[];
  /** Rows by verdict. */
  counts: Readonly<Record<ParityVerdict, number>>;
}
