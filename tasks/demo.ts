/** `deno task demo`: makes a small city, clusters, trains, tests, and writes a report. */
import { join } from "node:path";
import {
  evaluateModel,
  logEvents,
  trainModel,
  writeEvaluation,
  writeReport,
  writeRunFlags,
} from "../mod.ts";
import { prepareDemo } from "./_demo_data.ts";
import { DEMO_TRAIN } from "./_demo_recipe.ts";
import { describeDemo } from "./_demo_report.ts";
import {
  type EvaluationSummary,
  formatEpoch,
  formatRecall,
  summarizeEvaluation,
} from "./_evaluation.ts";
import {
  DEMO_DEFAULTS,
  DEMO_FLAGS,
  ENGINE_FLAGS,
  RANDOM_FLAGS,
} from "./_flags.ts";
import { createPhaseTimes } from "./_phase_times.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "demo",
  description:
    "Draws a small city, clusters, tests the untrained network, trains it, tests it again, and writes a report. Needs no data and no GPU, and takes a few minutes.",
  groups: { demo: DEMO_FLAGS, random: RANDOM_FLAGS, engine: ENGINE_FLAGS },
}, async (run) => {
  const { folder } = { ...DEMO_DEFAULTS, ...run.options.demo };
  const { prepared, splits, output } = await prepareDemo(run, folder);
  await using _ = prepared;
  const { model } = prepared;
  const test = async (title: string): Promise<EvaluationSummary> => {
    const times = createPhaseTimes(() => performance.now());
    const evaluation = await run.show(
      times.watch(evaluateModel(model, splits.test, { output })),
    );
    const summary = summarizeEvaluation(evaluation, model, times.measure());
    await writeEvaluation(join(output, title), evaluation, { ...summary });
    run.say(`${title}: ${formatRecall(summary.recall)}`);
    return summary;
  };

  const untrained = await test("untrained");
  const train = { ...DEMO_TRAIN, ...run.options.random };
  const flags = { model: model.options, images: {}, train };
  await writeRunFlags(output, flags);
  const stage = trainModel(
    model,
    { train: splits.train, validation: splits.val },
    { ...train, run: output },
  );
  const { history } = await run.show(
    logEvents(stage, { folder: output, now: Date.now, flags }),
    (event) => event.kind === "epoch" ? formatEpoch(event) : undefined,
  );
  const trained = await test("trained");
  const report = join(output, "report.md");
  const outcome = { model, untrained, trained, history };
  await writeReport(report, describeDemo(outcome));
  run.say(`report: ${report}`);
  return { untrained, trained, output, report, ...run.measure() };
});
