/**
 * Run folders of pytorch-NetVlad.
 *
 * @module
 */
import { isFile } from "../files.ts";
import type { ModelOptions } from "../model/options.ts";
import type { CheckpointName } from "./checkpoint.ts";
import { type EarlierRun, readEither } from "./earlier_run.ts";
import type { TrainOptions } from "./options.ts";
import { readTorchFlags, translateTorchFlags } from "./torch_flags.ts";
import {
  misfit,
  readTorchRunCheckpoint,
  torchCheckpointFile,
  type TorchRunCheckpoint,
} from "./torch_run_checkpoint.ts";
import { findTrainedLayer } from "./trained_part.ts";

/** Whether a folder is a run of pytorch-NetVlad with a checkpoint. */
export async function isTorchRun(folder: string): Promise<boolean> {
  return await isFile(torchCheckpointFile(folder, "latest")) ||
    await isFile(torchCheckpointFile(folder, "best"));
}

/**
 * Reads a run of pytorch-NetVlad, which is not written to.
 *
 * @throws {CheckpointError} If it is damaged, or its optimizer does not fit.
 */
export async function readTorchRun(
  folder: string,
  asked: CheckpointName,
): Promise<EarlierRun> {
  const flags = await readTorchFlags(folder);
  const { options, unknown } = translateTorchFlags(flags ?? {});
  const { found, note } = (await readEither(
    folder,
    asked,
    torchCheckpointFile,
    readTorchRunCheckpoint,
  ))!;
  const { trained, ...checkpoint } = found;
  const { evalEvery = 1 } = options.train;
  checkpoint.state.evaluationsSinceBest = Math.floor(
    await countEpochsSinceBest(folder, checkpoint.state.epoch) / evalEvery,
  );
  const train = { ...options.train, ...trainedPart(found, options) };
  return {
    folder,
    isForeign: true,
    options: {
      ...options,
      train,
      images: {},
      classes: {},
      cluster: {},
      validation: {},
      engine: {},
    },
    checkpoint,
    notes: [
      `${folder} is a run of pytorch-NetVlad: it is only read`,
      ...(note === undefined ? [] : [note]),
      ...(flags === undefined ? ["it has no flags.json"] : []),
      ...(unknown.length === 0
        ? []
        : [`flags that pytorch-NetVlad does not have: ${unknown.join(", ")}`]),
      ...(trained === undefined
        ? ["its checkpoint has no optimizer: that begins anew"]
        : []),
    ],
  };
}

/** Epochs from that of its best checkpoint. */
async function countEpochsSinceBest(
  folder: string,
  epoch: number,
): Promise<number> {
  const path = torchCheckpointFile(folder, "best");
  if (!await isFile(path)) return 0;
  return epoch - readTorchRunCheckpoint(path).state.epoch;
}

/** What was trained, by the parameters of the optimizer: the flags do not say it of every run. */
function trainedPart(
  { path, trained, parameters }: TorchRunCheckpoint & { path: string },
  { model, train }: {
    model: Partial<ModelOptions>;
    train: Partial<TrainOptions>;
  },
): Partial<TrainOptions> {
  if (trained === undefined) return {};
  if (train.fromScratch && trained.length === parameters.size) return {};
  const [first = ""] = trained;
  const trainFrom = findTrainedLayer(model, first);
  if (trainFrom !== undefined) return { trainFrom, fromScratch: false };
  throw misfit(path, `it trains from ${first} on, where no layer begins`);
}
