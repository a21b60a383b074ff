/**
 * From the options of a task to its engine, model and data.
 *
 * @module
 */
import {
  checkpointFile,
  type CheckpointOptions,
  type ClusterOptions,
  createDemoCity,
  createModel,
  type DatasetOptions,
  DEMO_DATA_PATH,
  type Engine,
  type EngineOptions,
  type ImageOptions,
  type Model,
  type ModelOptions,
  OptionsError,
  type PlaceDataset,
  readDataset,
  readRunFlags,
  startCentroids,
  startEngine,
  useCentroidFile,
} from "../mod.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";

/** Options that decide on a model. */
export interface ModelGroups {
  engine: EngineOptions;
  random: { seed: number };
  images: ImageOptions;
  model: Omit<ModelOptions, "seed">;
  checkpoint: CheckpointOptions;
}

/** Options that decide on a dataset and its centroids. */
export interface DataGroups {
  random: { seed: number };
  dataset: DatasetOptions;
  images: ImageOptions;
  cluster: Omit<ClusterOptions, "seed">;
}

/** A model that is ready, and how it reads images. */
export interface Prepared extends AsyncDisposable {
  engine: Engine;
  model: Model;
  images: Partial<ImageOptions>;
}

/**
 * Starts the engine and assembles the model: that of the run to resume, or a new one.
 *
 * @param trainFrom First layer to train; `undefined` for the network's own choice, `null` for none.
 */
export async function prepareModel<Groups extends ModelGroups>(
  { options, note }: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<ModelGroups>;
  },
  trainFrom: string | null | undefined,
): Promise<Prepared> {
  const { model: given, images, checkpoint, random } = options;
  const run = await readRun(checkpoint, given);
  const engine = await startEngine(options.engine);
  note(`engine: ${engine.name} (${engine.device}), ${engine.reason}`);
  try {
    const model = await createModel(
      { ...given, ...random, ...run.model },
      { engine, ...(trainFrom !== undefined && { trainFrom }) },
    );
    return {
      engine,
      model,
      images: { ...run.images, ...images },
      [Symbol.asyncDispose]: async () => {
        await model.dispose();
        await engine.dispose();
      },
    };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** The options of the run to resume, with its checkpoint as weights. */
async function readRun(
  { resume, checkpoint = "latest" }: Partial<CheckpointOptions>,
  given: Partial<ModelGroups["model"]>,
): Promise<{ model?: Partial<ModelOptions>; images?: Partial<ImageOptions> }> {
  if (resume === undefined) return {};
  const flags = await readRunFlags(resume, ["model", "images"]) as {
    model: ModelOptions;
    images: Partial<ImageOptions>;
  };
  const other = (Object.keys(given) as (keyof typeof given)[])
    .filter((key) => given[key] !== flags.model[key]);
  if (other.length > 0) {
    throw new OptionsError("Cannot change the model of a run", {
      where: other.map((key) =>
        `${key} is ${given[key]}, the run has ${flags.model[key] ?? "none"}`
      ).join("; "),
      fix: "leave these flags out, or start a new run",
    });
  }
  const weights = checkpointFile(resume, checkpoint);
  return { model: { ...flags.model, weights }, images: flags.images };
}

/** Says so if a model begins with random weights, which few people want. */
export function noteRandomWeights<Groups>(
  { options, note }: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<Pick<ModelGroups, "model" | "checkpoint">>;
  },
): void {
  const { model: { weights }, checkpoint: { resume } } = options;
  if (weights !== undefined || resume !== undefined) return;
  note("weights: random; --weights FILE takes trained ones");
}

/** Reads a split, that of the options if none is named; makes the demo city if it is not there. */
export async function prepareDataset<Groups>(
  { options: { dataset }, show }: Pick<TaskRun<Groups>, "show"> & {
    options: GivenOptions<Pick<DataGroups, "dataset">>;
  },
  split?: DatasetOptions["split"],
): Promise<PlaceDataset> {
  if (dataset.dataset === "demo" && !dataset.dataPath) {
    await show(createDemoCity(DEMO_DATA_PATH));
  }
  return await readDataset({ ...dataset, ...(split && { split }) });
}

/** Gives NetVLAD its centroids: those of a file, or from the training split. */
export async function prepareCentroids<Groups extends DataGroups>(
  run: Pick<TaskRun<Groups>, "show"> & { options: GivenOptions<DataGroups> },
  { model, images }: Prepared,
): Promise<string | undefined> {
  if (!model.needsCentroids) return undefined;
  const { cluster, random } = run.options;
  if (cluster.centroids !== undefined) {
    await useCentroidFile(model, cluster.centroids);
    return cluster.centroids;
  }
  const dataset = await prepareDataset(run, "train");
  return run.show(
    startCentroids(model, dataset, { ...cluster, ...random, images }),
  );
}
