/** `deno task train`: trains a model on tuples with hard-negative mining, or on classes. */
import { logEvents } from "../mod.ts";
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import { formatEpoch, formatTraining } from "./_evaluation.ts";
import { findReport } from "./_evaluation_report.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  RANDOM_FLAGS,
  RUN_FLAGS,
} from "./_flags.ts";
import { CLASS_FLAGS } from "./_flags_classes.ts";
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
import { openTrainingRun, prepareTraining } from "./_prepare_training.ts";
import { runTask } from "./_run.ts";
import { reportEpochs } from "./_training_report.ts";

await runTask({
  name: "train",
  description:
    "Trains on the split train, evaluates on val after each epoch, and keeps the best model by Recall@5, of classes by Recall@1. Clusters first where centroids are needed and not there. Learns from queries and mined negatives; the poolings cgd:… learn classes, and take only --epochs, --eval-every, --epoch-zero, --train-from, --lr, --lr-gamma and --margin of the flags below Training.",
  groups: {
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    cluster: CLUSTER_FLAGS,
    train: TRAIN_FLAGS,
    classes: CLASS_FLAGS,
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
}, async (given) => {
  const run = await takeProfile(given);
  await using training = await prepareTraining(run);
  const { model, settings, flags } = training;
  await using place = await openTrainingRun(training, run.options.run);
  const { folder } = place;
  run.say(`run folder: ${folder}`);
  const logged = logEvents(training.start(folder), {
    ...{ folder, flags, resume: settings.resume },
    now: Date.now,
  });
  const { measure } = run;
  const result = await run.show(
    reportEpochs(logged, { folder, model, settings, flags, measure }),
    (event) => event.kind === "epoch" ? formatEpoch(event) : undefined,
  );
  run.say(formatTraining(result));
  const report = await findReport(folder);
  if (report !== null) run.say(`report: ${report}`);
  return {
    run: folder,
    ...result,
    report,
    engine: model.engine.name,
    ...run.measure(),
  };
});
