/**
 * The flags of a run of pytorch-NetVlad, read as options.
 *
 * @module
 */
import { join } from "node:path";
import type { DatasetOptions } from "../data/read_dataset.ts";
import type { DescribeOptions } from "../describe/options.ts";
import { CheckpointError, describeCause } from "../errors.ts";
import type { ModelOptions } from "../model/options.ts";
import type { TrainOptions } from "./options.ts";
import { isRecord } from "../record.ts";

/** Groups of options that a run remembers, as far as its flags say. */
export interface OptionGroups {
  /** Of the model. */
  model: Partial<ModelOptions>;
  /** Of its dataset. */
  dataset: Partial<DatasetOptions>;
  /** Of the training. */
  train: Partial<TrainOptions>;
  /** Of describing images. */
  describe: Partial<DescribeOptions>;
}

/** The option that a flag is here. */
interface Place {
  group: keyof OptionGroups;
  options(value: unknown): Record<string, unknown>;
}

/** Every flag of pytorch-NetVlad's `main.py`; `null` if it has no meaning here. */
const PLACES: Readonly<Record<string, Place | null>> = {
  mode: null,
  batchSize: place("train", "batchTuples"),
  cacheBatchSize: place("describe", "describeBatch"),
  cacheRefreshRate: {
    group: "train",
    options: (queries) => ({
      cacheRefreshQueries: queries === 0 ? Number.MAX_SAFE_INTEGER : queries,
    }),
  },
  nEpochs: place("train", "epochs"),
  ["start_epoch"]: null,
  nGPU: null,
  optim: {
    group: "train",
    options: (name) => ({ optimizer: String(name).toLowerCase() }),
  },
  lr: place("train", "learningRate"),
  lrStep: place("train", "lrStepEpochs"),
  lrGamma: place("train", "lrGamma"),
  weightDecay: place("train", "weightDecay"),
  momentum: place("train", "momentum"),
  nocuda: null,
  threads: null,
  seed: place("train", "seed"),
  dataPath: null,
  runsPath: null,
  savePath: null,
  cachePath: null,
  resume: null,
  ckpt: null,
  evalEvery: place("train", "evalEvery"),
  patience: {
    group: "train",
    options: (patience) => ({ patience, patienceIn: "epochs" }),
  },
  dataset: place("dataset", "dataset"),
  arch: place("model", "arch"),
  vladv2: place("model", "vladV2"),
  pooling: place("model", "pooling"),
  ["num_clusters"]: place("model", "numClusters"),
  margin: place("train", "margin"),
  split: place("dataset", "split"),
  fromscratch: place("train", "fromScratch"),
};

function place<Group extends keyof OptionGroups>(
  group: Group,
  option: keyof OptionGroups[Group] & string,
): Place {
  return { group, options: (value) => ({ [option]: value }) };
}

/** What the flags of a run of pytorch-NetVlad say here. */
export interface TorchFlags {
  options: OptionGroups;
  /** Flags that `main.py` does not have. */
  unknown: string[];
}

/**
 * Reads the flags of pytorch-NetVlad's `main.py` as options.
 *
 * @param flags As its `flags.json` has them. Values are not checked: that is for the options they become.
 *
 * Source: Nanne/pytorch-NetVlad, main.py (`parser`).
 */
export function translateTorchFlags(
  flags: Record<string, unknown>,
): TorchFlags {
  const options: OptionGroups = {
    model: {},
    dataset: {},
    train: {},
    describe: {},
  };
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(flags)) {
    const found = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
    if (found === undefined) unknown.push(name);
    else if (found) Object.assign(options[found.group], found.options(value));
  }
  return { options, unknown };
}

/**
 * Reads the flags of a run of pytorch-NetVlad, which lie beside its checkpoints or in the run folder.
 *
 * @returns `undefined` if there are none: the run does without, as its own `--resume` does.
 * @throws {CheckpointError} If the file is damaged.
 */
export async function readTorchFlags(
  run: string,
): Promise<Record<string, unknown> | undefined> {
  for (const folder of [join(run, "checkpoints"), run]) {
    const path = join(folder, "flags.json");
    const text = await Deno.readTextFile(path).catch(() => undefined);
    if (text === undefined) continue;
    try {
      const flags = JSON.parse(text);
      if (isRecord(flags)) return flags;
      throw new Error("not an object");
    } catch (cause) {
      throw new CheckpointError("Cannot read the options of a run", {
        where: `${path} (${describeCause(cause)})`,
        fix: "remove the file, and give its options yourself",
        cause,
      });
    }
  }
  return undefined;
}
