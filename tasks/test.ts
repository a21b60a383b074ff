/** `deno task test`: how often a model finds the place of a query. */
import { writeEvaluation, writeRunFlags } from "../mod.ts";
import { takeProfile } from "./_compat.ts";
import { suggestDoctor } from "./_doctor_hint.ts";
import {
  formatFigures,
  formatRecalls,
  formatSizes,
  summarizeEvaluation,
} from "./_evaluation.ts";
import { listEvaluationFlags, reportEvaluation } from "./_evaluation_report.ts";
import { openEvaluationFolder } from "./_evaluation_folder.ts";
import { checkPairs, keepPairs } from "./_pairs_file.ts";
import { prepareDataset } from "./_prepare.ts";
import { prepareSubject } from "./_prepare_subject.ts";
import { runTask } from "./_run.ts";
import { TEST_SPEC } from "./_test_spec.ts";

await runTask(TEST_SPEC, async (given) => {
  const run = await takeProfile(given);
  const { options } = run;
  const dataset = await prepareDataset(run);
  await using subject = await prepareSubject(run, dataset);
  checkPairs(options.evaluate, dataset);
  await using place = await openEvaluationFolder(options, subject);
  const evaluation = await subject.evaluate(place.work);
  const measured = summarizeEvaluation(evaluation, subject, run.measure());
  const summary = { ...measured, ...subject.stated };
  const output = await place.create();
  await writeEvaluation(output, evaluation, summary);
  const flags = {
    ...await listEvaluationFlags(options, subject),
    ...await subject.keep(output),
  };
  await writeRunFlags(output, flags);
  run.say(formatSizes(summary));
  const figures = [...formatFigures(summary)];
  for (const line of [...formatRecalls(summary), ...figures]) run.say(line);
  for (const line of suggestDoctor(evaluation, options)) run.say(line);
  run.say(`predictions and recalls: ${output}`);
  const pairs = await keepPairs(run, output, evaluation);
  const making = { evaluation, figures, subject, flags };
  const report = await reportEvaluation(run, output, making);
  return { ...summary, output, report, ...pairs };
});
