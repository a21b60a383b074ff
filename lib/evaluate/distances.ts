/**
 * How far in descriptor space right and wrong predictions are.
 *
 * @module
 */
import { type DatasetPredictions, listPredictions } from "./predictions.ts";

/** L2 distances of descriptors. */
export interface PredictionDistances {
  /** Of those that are right. */
  right: number[];
  /** Of those that are wrong. */
  wrong: number[];
}

/**
 * Parts the descriptor distances of all predictions by whether they are right.
 *
 * @param found Predictions of Q queries.
 * @returns Query by query, nearest first.
 */
export function partDistances(found: DatasetPredictions): PredictionDistances {
  const parted: PredictionDistances = { right: [], wrong: [] };
  for (const query of found.dataset.queries.paths.keys()) {
    for (const { distance, correct } of listPredictions(found, query)) {
      parted[correct ? "right" : "wrong"].push(distance);
    }
  }
  return parted;
}
