/**
 * What a model achieves on a split.
 *
 * @module
 */
import type { DatasetPredictions } from "./predictions.ts";
import type { StatedProtocol } from "./protocols.ts";

/** What a model achieves on a split. */
export interface Evaluation extends DatasetPredictions {
  /** What it went by. */
  protocol: StatedProtocol;
  /** Queries that recall is a fraction of: all, or those with a positive. */
  numCounted: number;
  /** Fraction of these with a positive among the first N predictions, by N. */
  recall: ReadonlyMap<number, number>;
  /** Rank, from 1, of the first right one among all predictions that were looked at; 0 if none is right, `[Q]`. */
  firstCorrect: Int32Array;
  /** Queries that nothing in the database is right for; they count as missed, or not at all. */
  queriesWithoutPositives: number;
}
