/**
 * Options of evaluating a model on a split of a dataset.
 *
 * @module
 */
import {
  COUNT,
  listOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";

/** Options of an evaluation. Each is described, with its unit, here and nowhere else. */
export interface EvaluateOptions {
  /** The N of each Recall@N. */
  recallAt: readonly number[];
  /** Predictions per query that are written; the largest of `recallAt` if left out. */
  predictions?: number;
  /** Folder that predictions and recalls are written to; not written if left out. */
  output?: string;
}

/** The one place where the defaults live. */
export const EVALUATE_DEFAULTS: Readonly<EvaluateOptions> = Object.freeze({
  recallAt: Object.freeze([1, 5, 10, 20]),
});

const EVALUATE_RULES: Rules<EvaluateOptions> = {
  recallAt: listOf(COUNT),
  predictions: optional(COUNT),
  output: optional(TEXT),
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveEvaluateOptions(
  given: Partial<EvaluateOptions> = {},
): Readonly<EvaluateOptions> {
  return resolveOptions(given, {
    purpose: "evaluate",
    defaults: EVALUATE_DEFAULTS,
    rules: EVALUATE_RULES,
  });
}
