/** `deno task train`: trains a model with hard-negative mining and the triplet loss. */
import {
  checkpointFile,
  createRunFolder,
  readCheckpoint,
  removeUnusedRun,
  trainModel,
  writeRunFlags,
} from "../mod.ts";
import { formatEpoch, formatTraining } from "./_evaluation.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
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
  listValidationConflicts,
  listWeightConflicts,
  TRAIN_FLAGS,
  VALIDATION_FLAGS,
} from "./_flags_train.ts";
import { prepareTraining } from "./_prepare_training.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "train",
  description:
    "Trains on the split train, evaluates on val after each epoch, and keeps the best model by Recall@5. Clusters first where centroids are needed and not there.",
  groups: {
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    cluster: CLUSTER_FLAGS,
    train: TRAIN_FLAGS,
    validation: VALIDATION_FLAGS,
    describe: DESCRIBE_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    listWeightConflicts,
    listValidationConflicts,
    listCentroidConflicts,
  ],
}, async (run) => {
  await using training = await prepareTraining(run);
  const { model, data, settings, flags } = training;
  const { resume, checkpoint = "latest" } = run.options.checkpoint;
  const { engine, options: { arch, pooling } } = model;
  const folder = resume ??
    await createRunFolder(run.options.run, `${arch}_${pooling}`, new Date());
  await using cleanup = new AsyncDisposableStack();
  if (resume === undefined) cleanup.defer(() => removeUnusedRun(folder));
  await writeRunFlags(folder, flags);
  run.say(`run folder: ${folder}`);
  const result = await run.show(
    trainModel(model, data, {
      ...settings,
      run: folder,
      ...(resume !== undefined &&
        { resume: readCheckpoint(checkpointFile(resume, checkpoint)) }),
    }),
    (event) => event.kind === "epoch" ? formatEpoch(event) : undefined,
  );
  run.say(formatTraining(result));
  return { run: folder, ...result, engine: engine.name, ...run.measure() };
});
