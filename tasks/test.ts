/** `deno task test`: how often a model finds the place of a query. */
import { join } from "node:path";
import {
  createRunFolder,
  evaluateModel,
  resolveRunOptions,
  writeEvaluation,
} from "../mod.ts";
import { formatRecall, summarizeEvaluation } from "./_evaluation.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  EVALUATE_FLAGS,
  RANDOM_FLAGS,
  RUN_FLAGS,
} from "./_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  listCentroidConflicts,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import {
  noteRandomWeights,
  prepareCentroids,
  prepareDataset,
  prepareModel,
} from "./_prepare.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "test",
  description:
    "Evaluates a trained model (--resume), or one off the shelf (--weights), by Recall@N on a split.",
  groups: {
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    cluster: CLUSTER_FLAGS,
    describe: DESCRIBE_FLAGS,
    evaluate: EVALUATE_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [listCentroidConflicts],
}, async (run) => {
  const { options } = run;
  const dataset = await prepareDataset(run);
  await using prepared = await prepareModel(run, null);
  noteRandomWeights(run);
  const { model, images } = prepared;
  const { resume } = options.checkpoint;
  if (resume === undefined) await prepareCentroids(run, prepared);
  const title = `${dataset.name}_${dataset.split}`;
  const { arch, pooling } = model.options;
  const named = options.evaluate.output ??
    (resume && join(resume, `test_${title}`));
  const evaluation = await run.show(evaluateModel(model, dataset, {
    ...options.evaluate,
    output: named ?? resolveRunOptions(options.run).runsPath,
    images,
    describe: options.describe,
  }));
  const summary = summarizeEvaluation(evaluation, model, run.measure());
  const output = named ??
    await createRunFolder(
      options.run,
      `${arch}_${pooling}_test_${title}`,
      new Date(),
    );
  await writeEvaluation(output, evaluation, { ...summary });
  run.say(`${summary.queries} queries in ${summary.database} database images`);
  run.say(formatRecall(summary.recall));
  run.say(`predictions and recalls: ${output}`);
  return { ...summary, output };
});
