/** `deno task test`: how often a model finds the place of a query. */
import { evaluateModel, writeEvaluation, writeRunFlags } from "../mod.ts";
import { takeProfile } from "./_compat.ts";
import { suggestDoctor } from "./_doctor_hint.ts";
import {
  formatRecall,
  formatSizes,
  summarizeEvaluation,
} from "./_evaluation.ts";
import { listEvaluationFlags, reportEvaluation } from "./_evaluation_report.ts";
import { openEvaluationFolder } from "./_evaluation_folder.ts";
import { prepareCentroids, prepareDataset } from "./_prepare.ts";
import { prepareDescriber } from "./_prepare_describer.ts";
import { runTask } from "./_run.ts";
import { TEST_SPEC } from "./_test_spec.ts";

await runTask(TEST_SPEC, async (given) => {
  const run = await takeProfile(given);
  const { options } = run;
  const dataset = await prepareDataset(run);
  await using prepared = await prepareDescriber(
    run,
    async (own) => own.earlier ? undefined : await prepareCentroids(run, own),
  );
  const { model, images, onnx } = prepared;
  const title = `${dataset.name}_${dataset.split}`;
  await using place = await openEvaluationFolder(options, prepared, title);
  const evaluation = await run.show(evaluateModel(model, dataset, {
    ...options.evaluate,
    output: place.work,
    images,
    describe: options.describe,
  }));
  const measured = summarizeEvaluation(evaluation, model, run.measure());
  const summary = { ...measured, ...(onnx && { onnx }) };
  const output = await place.create();
  await writeEvaluation(output, evaluation, summary);
  const flags = await listEvaluationFlags(options, prepared);
  await writeRunFlags(output, flags);
  run.say(formatSizes(summary));
  run.say(formatRecall(summary.recall));
  for (const line of suggestDoctor(evaluation, options)) run.say(line);
  run.say(`predictions and recalls: ${output}`);
  const making = { evaluation, prepared, flags };
  const report = await reportEvaluation(run, output, making);
  return { ...summary, output, report };
});
