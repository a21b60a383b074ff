/** `deno task test`: how often a model finds the place of a query. */
import { evaluateModel, writeEvaluation } from "../mod.ts";
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import { formatRecall, summarizeEvaluation } from "./_evaluation.ts";
import { openEvaluationFolder } from "./_evaluation_folder.ts";
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
import { listOnnxConflicts, ONNX_FLAGS } from "./_flags_onnx.ts";
import { prepareCentroids, prepareDataset } from "./_prepare.ts";
import { prepareDescriber } from "./_prepare_describer.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "test",
  description:
    "Evaluates a trained model (--resume), or one off the shelf (--weights, --onnx), by Recall@N on a split.",
  groups: {
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    onnx: ONNX_FLAGS,
    cluster: CLUSTER_FLAGS,
    describe: DESCRIBE_FLAGS,
    evaluate: EVALUATE_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    listCentroidConflicts,
    ({ onnx, model, checkpoint, cluster }) =>
      listOnnxConflicts(onnx, [model, checkpoint, cluster]),
  ],
}, async (given) => {
  const run = await takeProfile(given);
  const { options } = run;
  const dataset = await prepareDataset(run);
  await using prepared = await prepareDescriber(
    run,
    async (own) => own.earlier ?? await prepareCentroids(run, own),
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
  run.say(`${summary.queries} queries in ${summary.database} database images`);
  run.say(formatRecall(summary.recall));
  run.say(`predictions and recalls: ${output}`);
  return { ...summary, output };
});
