/**
 * What the demo says at its end.
 *
 * @module
 */
import type {
  Evaluation,
  Model,
  ReportContent,
  RunFlags,
  TrainResult,
} from "../mod.ts";
import { DEMO_TRAIN } from "./_demo_recipe.ts";
import type { EvaluationSummary } from "./_evaluation.ts";
import { describeLength, describeMaking } from "./_evaluation_report.ts";
import type { Measures } from "./_phase_times.ts";

/** What a test of the demo came to. */
export interface DemoTest {
  evaluation: Evaluation;
  summary: EvaluationSummary;
}

/** What the demo came to. */
export interface DemoOutcome {
  model: Model;
  untrained: DemoTest;
  trained: DemoTest;
  history: TrainResult["history"];
  flags: RunFlags;
  measures: Measures;
}

/** The report of a demo: untrained and trained side by side. */
export async function describeDemo(
  { model, untrained, trained, history, flags, measures }: DemoOutcome,
): Promise<ReportContent> {
  const { arch, widthDivisor, numClusters } = model.options;
  const { trainFrom, learningRate, optimizer } = DEMO_TRAIN;
  return {
    title: "Whereabouts: the demo city",
    facts: [
      "The queries and the database are of a district that was not trained on",
      `${arch} with its channels divided by ${widthDivisor}, random weights; NetVLAD with ${numClusters} clusters`,
      describeLength(model),
      `Trained from ${trainFrom} on with ${optimizer}, learning rate ${learningRate}; tested after the last epoch`,
    ],
    evaluation: trained.evaluation,
    results: [
      { title: "untrained", recall: untrained.summary.recall },
      { title: "trained", recall: trained.summary.recall },
    ],
    training: history,
    ...await describeMaking(flags),
    seconds: measures.seconds,
  };
}
