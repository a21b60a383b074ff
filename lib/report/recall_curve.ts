/**
 * From an evaluation to its curve.
 *
 * @module
 */
import { recallInterval } from "../evaluate/confidence.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { RecallCurve } from "../plot/plot_recall.ts";

/**
 * Makes the curve of Recall@N of an evaluation, with 95 % confidence intervals.
 *
 * @param title What was evaluated, such as `NetVLAD, trained`.
 *
 * @example
 * ```ts ignore
 * const evaluation = await drain(evaluateModel(model, dataset));
 * show(plotRecall([makeRecallCurve("NetVLAD", evaluation)]));
 * ```
 */
export function makeRecallCurve(
  title: string,
  { recall, numCounted }: Pick<Evaluation, "recall" | "numCounted">,
): RecallCurve {
  return {
    title,
    points: [...recall].map(([n, value]) => ({
      n,
      recall: value,
      ...recallInterval(value, numCounted),
    })),
  };
}
