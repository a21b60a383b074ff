/**
 * A few queries of an evaluation with what was predicted for them, for people to look at.
 *
 * @module
 */
import { type DatasetPredictions, listPredictions } from "./predictions.ts";

/** A query and its first predictions. */
export interface RetrievalExample {
  /** Path of the query. */
  query: string;
  /** Database images, nearest first. */
  predictions: { path: string; isRight: boolean }[];
}

/** Queries that are picked, at most. */
const EXAMPLES = 6;
/** Predictions of each. */
const PREDICTIONS = 5;

/**
 * Picks queries that have a positive, spread over the split: the same ones whatever
 * the model, so that its progress can be seen.
 *
 * @returns At most 6 queries with at most 5 predictions each.
 */
export function pickExamples(found: DatasetPredictions): RetrievalExample[] {
  const { offsets } = found.positives;
  const { paths } = found.dataset.queries;
  const able = [...paths.keys()]
    .filter((query) => offsets[query + 1]! > offsets[query]!);
  const count = Math.min(EXAMPLES, able.length);
  return Array.from({ length: count }, (_, i) => {
    const query = able[Math.floor((i + 0.5) * able.length / count)]!;
    return {
      query: paths[query]!,
      predictions: listPredictions(found, query).slice(0, PREDICTIONS)
        .map(({ database, correct }) => ({ path: database, isRight: correct })),
    };
  });
}
