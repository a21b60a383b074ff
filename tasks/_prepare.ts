/**
 * From the options of a task to its engine, model and data.
 *
 * @module
 */
import {
  type CheckpointOptions,
  type ClusterOptions,
  createDemoCity,
  createModel,
  type DatasetOptions,
  DEMO_DATA_PATH,
  type EarlierRun,
  type Engine,
  type EngineOptions,
  type ImageOptions,
  type Model,
  MODEL_DEFAULTS,
  type ModelOptions,
  OptionsError,
  type PlaceDataset,
  readDataset,
  readTrainedRun,
  resolveModelOptions,
  startCentroids,
  startEngine,
  startRegionWhitening,
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
  /** The run that it is of, if it is not new. */
  earlier?: EarlierRun;
}

/**
 * Starts the engine and assembles the model: that of the run to resume, or a new one.
 *
 * @param trainFrom First layer to train; `undefined` for the network's own choice, `null` for none.
 * @param earlier The run to resume, if it is known already.
 */
export async function prepareModel<Groups extends ModelGroups>(
  { options, note }: Pick<TaskRun<Groups>, "note"> & {
    options: GivenOptions<ModelGroups>;
  },
  trainFrom: string | null | undefined,
  earlier?: EarlierRun,
): Promise<Prepared> {
  const { model: given, images, checkpoint, random } = options;
  const run = earlier ?? await readResumed(checkpoint);
  const earlierModel = run && modelOf(run, given);
  run?.notes.forEach(note);
  const engine = await startEngine(options.engine);
  note(`engine: ${engine.name} (${engine.device}), ${engine.reason}`);
  try {
    const model = await createModel(
      { ...given, ...random, ...earlierModel },
      { engine, ...(trainFrom !== undefined && { trainFrom }) },
    );
    noteTrainedOptions(note, { ...given, ...earlierModel }, model);
    return {
      engine,
      model,
      images: { ...run?.options.images, ...images },
      ...(run && { earlier: run }),
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

async function readResumed(
  { resume, checkpoint }: Partial<CheckpointOptions>,
): Promise<EarlierRun | undefined> {
  if (resume === undefined) return undefined;
  return await readTrainedRun(resume, checkpoint);
}

/** The model of the run to resume, with its checkpoint as weights. What its flags do not say may be given. */
function modelOf(
  { options, isForeign, checkpoint }: EarlierRun,
  given: Partial<ModelGroups["model"]>,
): Partial<ModelOptions> {
  const stated = isForeign ? options.model : resolveModelOptions(options.model);
  const other = (Object.keys(given) as (keyof typeof given)[])
    .filter((key) => given[key] !== stated[key])
    .filter((key) => !isForeign || key === "weights" || key in stated);
  if (other.length > 0) {
    throw new OptionsError("Cannot change the model of a run", {
      where: other.map((key) =>
        `${key} is ${given[key]}, the run has ${stated[key] ?? "none"}`
      ).join("; "),
      fix: "leave these flags out, or start a new run",
    });
  }
  return { ...options.model, ...(checkpoint && { weights: checkpoint.path }) };
}

/** Says which options trained weights decide, where they are not as asked for or usual. */
function noteTrainedOptions(
  note: (line: string) => void,
  asked: Partial<ModelOptions>,
  { options }: Model,
): void {
  const usual = { ...MODEL_DEFAULTS, ...asked };
  for (const name of ["vladOrder", "vladNorm"] as const) {
    if (options[name] === usual[name]) continue;
    note(`${name}: ${options[name]}, as the weights were trained with`);
  }
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

/**
 * Gives a new head what it starts from: NetVLAD the centroids of a file or of the training
 * split, R-MAC the whitening of its regions.
 *
 * @returns The centroid file, if there is one.
 */
export async function prepareHead<Groups extends DataGroups>(
  run: Pick<TaskRun<Groups>, "show"> & { options: GivenOptions<DataGroups> },
  { model, images }: Prepared,
): Promise<string | undefined> {
  const { cluster, random } = run.options;
  if (model.needsRegionWhitening) {
    const dataset = await prepareDataset(run, "train");
    await run.show(startRegionWhitening(model, dataset, { images }));
  }
  if (!model.needsCentroids) return undefined;
  if (cluster.centroids !== undefined) {
    await useCentroidFile(model, cluster.centroids);
    return cluster.centroids;
  }
  const dataset = await prepareDataset(run, "train");
  return run.show(
    startCentroids(model, dataset, { ...cluster, ...random, images }),
  );
}

/**
 * Gives NetVLAD the centroids of a file, where there is no dataset to learn from.
 *
 * @returns The centroid file, if there is one.
 * @throws {OptionsError} If a new head would have to be learned.
 */
export async function takeHead(
  model: Model,
  centroids: string | undefined,
): Promise<string | undefined> {
  if (centroids !== undefined) await useCentroidFile(model, centroids);
  if (model.needsRegionWhitening) {
    throw new OptionsError("Cannot extract without whitened regions", {
      where: "--rmac-whiten, with neither a run nor weights of R-MAC",
      fix:
        "give --resume, --weights that `deno task whiten` wrote, or no --rmac-whiten",
    });
  }
  if (!model.needsCentroids) return centroids;
  throw new OptionsError("Cannot extract with random centroids", {
    where: "pooling netvlad, with neither a run nor centroids",
    fix:
      "give --resume, --centroids (see `deno task cluster`), or --pooling avg",
  });
}
