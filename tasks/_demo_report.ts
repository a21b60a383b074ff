/**
 * What the demo says at its end.
 *
 * @module
 */
import type { Model, Report, TrainResult } from "../mod.ts";
import { DEMO_TRAIN, DEMO_TRAIN_FROM } from "./_demo_recipe.ts";
import type { EvaluationSummary } from "./_evaluation.ts";

/** What the demo came to. */
export interface DemoOutcome {
  model: Model;
  untrained: EvaluationSummary;
  trained: EvaluationSummary;
  history: TrainResult["history"];
}

/** Words for the report of a demo. */
export function describeDemo(
  { model, untrained, trained, history }: DemoOutcome,
): Report {
  const { arch, widthDivisor, numClusters } = model.options;
  const { learningRate, optimizer } = DEMO_TRAIN;
  return {
    title: "Whereabouts: the demo city",
    facts: [
      `${trained.queries} queries in ${trained.database} database images of a district that was not trained on; right is an image within 25 m`,
      `${arch} with its channels divided by ${widthDivisor}, random weights; NetVLAD with ${numClusters} clusters, descriptors of ${trained.descriptor} values`,
      `trained from ${DEMO_TRAIN_FROM} on with ${optimizer}, learning rate ${learningRate}; tested after the last epoch`,
      `engine ${model.engine.name} (${model.engine.device})`,
    ],
    columns: [
      { title: "untrained", recall: untrained.recall },
      { title: "trained", recall: trained.recall },
    ],
    history,
  };
}
