/**
 * Going on with a run: its options, where it stood, and the folder that it goes on in.
 *
 * @module
 */
import type { EngineName } from "../engine/engine.ts";
import { CheckpointError } from "../errors.ts";
import { isFile } from "../files.ts";
import type { Model } from "../model/model.ts";
import {
  checkpointFile,
  type CheckpointName,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoint.ts";
import {
  type EarlierRun,
  readEither,
  type RunCheckpoint,
  type RunOptionGroups,
} from "./earlier_run.ts";
import { readRunFlags, type RunFlags } from "./run_folder.ts";
import { isTorchRun, readTorchRun } from "./torch_run.ts";
import {
  readTorchRunCheckpoint,
  torchCheckpointFile,
} from "./torch_run_checkpoint.ts";

/**
 * Reads a run to go on with: one of the stage *train*, or of pytorch-NetVlad.
 *
 * A run that was stopped before its first checkpoint has none: it starts over from its
 * options. Without the checkpoint that is asked for it goes on from the other one.
 *
 * @param folder The run folder.
 * @throws {CheckpointError} If there is no such run, or it is damaged.
 *
 * @example
 * ```ts
 * import { createModel, drain, firstTrainedLayer, readEarlierRun, trainModel } from "@whereabouts/whereabouts";
 * import type { TrainData } from "@whereabouts/whereabouts";
 *
 * async function goOn(folder: string, data: TrainData): Promise<void> {
 *   const { options, checkpoint } = await readEarlierRun(folder);
 *   const model = await createModel(options.model, {
 *     trainFrom: firstTrainedLayer(options.model, options.train),
 *   });
 *   await drain(trainModel(model, data, {
 *     ...options.train,
 *     images: options.images,
 *     run: folder,
 *     ...(checkpoint && { resume: checkpoint }),
 *   }));
 *   await model.dispose();
 * }
 * ```
 */
export async function readEarlierRun(
  folder: string,
  checkpoint: CheckpointName = "latest",
): Promise<EarlierRun> {
  return await isTorchRun(folder)
    ? await readTorchRun(folder, checkpoint)
    : await readOwnRun(folder, checkpoint);
}

async function readOwnRun(
  folder: string,
  asked: CheckpointName,
): Promise<EarlierRun> {
  const flags = await readRunFlags(folder, ["model", "images", "train"]) as
    & RunFlags
    & Pick<RunOptionGroups, "model" | "images">
    & Partial<Omit<RunOptionGroups, "engine">>;
  const { centroids, model, images } = flags;
  const { name } = flags["engine"] as { name?: EngineName } ?? {};
  const either = await readEither(
    folder,
    asked,
    checkpointFile,
    readCheckpoint,
  );
  const note = either
    ? either.note
    : `${folder} has no checkpoint: starting over`;
  return {
    folder,
    isForeign: false,
    options: {
      model,
      images,
      dataset: flags.dataset ?? {},
      train: flags.train ?? {},
      classes: flags.classes ?? {},
      describe: flags.describe ?? {},
      cluster: flags.cluster ?? {},
      validation: flags.validation ?? {},
      engine: name === undefined ? {} : { engine: name },
    },
    ...(typeof centroids === "string" && { centroids }),
    ...(either && { checkpoint: either.found }),
    notes: note === undefined ? [] : [note],
  };
}

/**
 * Reads a run to take its model from.
 *
 * @throws {CheckpointError} As `readEarlierRun`, and if it has not the checkpoint that is asked for.
 */
export async function readTrainedRun(
  folder: string,
  name: CheckpointName = "latest",
): Promise<EarlierRun & { checkpoint: RunCheckpoint }> {
  const run = await readEarlierRun(folder, name);
  const { checkpoint } = run;
  if (checkpoint?.name === name) return { ...run, checkpoint };
  throw new CheckpointError(`Cannot find the checkpoint ${name} of a run`, {
    where: folder,
    fix: checkpoint === undefined
      ? "train it first: it was stopped before its first checkpoint"
      : `set checkpoint to ${checkpoint.name}`,
  });
}

/**
 * Copies the checkpoints of a run of pytorch-NetVlad into a run folder of ours, where it goes on.
 *
 * @param model Created with the weights of the run.
 * @param folder The new run folder.
 * @throws {CheckpointError} If they cannot be read or written.
 */
export async function adoptRun(
  { folder: from, checkpoint }: EarlierRun,
  model: Pick<Model, "network" | "options">,
  folder: string,
): Promise<void> {
  const best = torchCheckpointFile(from, "best");
  if (await isFile(best)) {
    await writeCheckpoint(
      checkpointFile(folder, "best"),
      model,
      readTorchRunCheckpoint(best),
    );
  }
  if (checkpoint === undefined) return;
  await writeCheckpoint(checkpointFile(folder, "latest"), model, checkpoint);
}
