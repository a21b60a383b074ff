/**
 * The demo's city, model and splits.
 *
 * @module
 */
import { join } from "node:path";
import {
  createDemoCity,
  createRunFolder,
  type PlaceDataset,
  resolveTrainOptions,
  type RunFlags,
  type TrainOptions,
} from "../mod.ts";
import { DEMO_CLUSTER, DEMO_MODEL, DEMO_TRAIN } from "./_demo_recipe.ts";
import {
  type ModelGroups,
  type Prepared,
  prepareDataset,
  prepareHead,
  prepareModel,
} from "./_prepare.ts";
import { listRunFlags } from "./_prepare_training.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** What the demo works on. */
export interface DemoData {
  prepared: Prepared;
  splits: Record<"train" | "val" | "test", PlaceDataset>;
  train: Readonly<TrainOptions>;
  /** What the run folder remembers, so that the training can go on. */
  flags: RunFlags;
  /** A new run folder. */
  output: string;
}

/** Makes the city if it is not there, starts the engine, assembles the model and clusters. */
export async function prepareDemo<Groups>(
  run: Pick<TaskRun<Groups>, "show" | "note"> & {
    options: GivenOptions<Pick<ModelGroups, "engine" | "random">>;
  },
  folder: string,
): Promise<DemoData> {
  const { note, show } = run;
  const dataPath = join(folder, "city");
  await show(createDemoCity(dataPath));
  const { engine, random } = run.options;
  const options = {
    engine,
    random,
    dataset: { dataset: "demo" as const, dataPath },
    images: {},
    model: DEMO_MODEL,
    checkpoint: {},
    cluster: { ...DEMO_CLUSTER, centroidsPath: join(folder, "centroids") },
    train: DEMO_TRAIN,
    classes: {},
    compat: {},
    validation: {},
    describe: {},
  };
  const train = resolveTrainOptions({ ...DEMO_TRAIN, ...random });
  const splits = {
    train: await prepareDataset({ show, options }, "train"),
    val: await prepareDataset({ show, options }, "val"),
    test: await prepareDataset({ show, options }, "test"),
  };
  const prepared = await prepareModel({ note, options }, train.trainFrom);
  const centroids = await prepareHead({ show, options }, prepared) ?? null;
  const { options: model } = prepared.model;
  const flags = listRunFlags(options, {
    ...{ images: prepared.images, engine: prepared.engine },
    ...{ train, seed: train.seed, model, centroids },
  });
  const output = await createRunFolder(
    { runsPath: join(folder, "runs") },
    `${DEMO_MODEL.arch}_${DEMO_MODEL.pooling}`,
    new Date(),
  );
  return { prepared, splits, train, flags, output };
}
