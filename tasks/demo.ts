/** `deno task demo`: makes a small city, clusters, trains, tests, and writes a report. */
import { join } from "node:path";
import {
  evaluateModel,
  logEvents,
  trainModel,
  writeEvaluation,
  writeRunFlags,
} from "../mod.ts";
import { prepareDemo } from "./_demo_data.ts";
import { type DemoTest, describeDemo } from "./_demo_report.ts";
import {
  formatEpoch,
  formatRecall,
  summarizeEvaluation,
} from "./_evaluation.ts";
import { showReport } from "./_evaluation_report.ts";
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
  const { prepared, output, ...demo } = await prepareDemo(run, folder);
  const { splits, train, flags } = demo;
  await using _ = prepared;
  const { model } = prepared;
  const test = async (title: string): Promise<DemoTest> => {
    const times = createPhaseTimes(() => performance.now());
    const evaluation = await run.show(
      times.watch(evaluateModel(model, splits.test, { output })),
    );
    const summary = summarizeEvaluation(evaluation, model, times.measure());
    await writeEvaluation(join(output, title), evaluation, { ...summary });
    run.say(`${title}: ${formatRecall(summary.recall)}`);
    return { evaluation, summary };
  };

  const untrained = await test("untrained");
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
  const report = await showReport(
    run,
    output,
    await describeDemo({
      ...{ model, history, flags, measures: run.measure() },
      ...{ untrained, trained },
    }),
  );
  return {
    untrained: untrained.summary,
    trained: trained.summary,
    ...{ output, report, ...run.measure() },
  };
});
