import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import type { Model } from "../../lib/model/model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { drain } from "../../lib/progress.ts";
import {
  checkpointFile,
  type CheckpointName,
  readCheckpoint,
} from "../../lib/train/checkpoint.ts";
import type { EpochEvent, TrainResult } from "../../lib/train/course.ts";
import {
  type TrainData,
  type TrainEvent,
  trainModel,
  type TrainSettings,
} from "../../lib/train/train.ts";
import type { StepEvent } from "../../lib/train/train_epoch.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** What a run on the tiny city needs besides its defaults: it learns in a few steps. */
const QUICK: TrainSettings = { learningRate: 0.01, negativesPerTuple: 5 };

/** A run, event by event. */
export interface Trained {
  events: TrainEvent[];
  steps: StepEvent[];
  epochs: EpochEvent[];
  notes: string[];
  result: TrainResult;
}

/** A narrow AlexNet of random weights with 4 clusters. */
export function makeSmallModel(
  engine: Engine,
  { trainFrom, ...given }: Partial<ModelOptions> & { trainFrom?: string } = {},
): Model {
  const options = { arch: "alexnet" as const, numClusters: 4, ...given };
  return makeModel(engine, options, trainFrom);
}

/** The training and validation splits of the tiny city. */
export async function readTinySplits(): Promise<TrainData> {
  return {
    train: await readTinyCity("train"),
    validation: await readTinyCity("val"),
  };
}

/** Trains on the tiny city, or on other data. */
export async function train(
  model: Model,
  settings: TrainSettings,
  data?: TrainData,
): Promise<Trained> {
  const events: TrainEvent[] = [];
  const stage = trainModel(model, data ?? await readTinySplits(), {
    ...QUICK,
    ...settings,
  });
  const result = await drain(stage, (event) => events.push(event));
  return {
    events,
    steps: events.filter((event) => event.kind === "step"),
    epochs: events.filter((event) => event.kind === "epoch"),
    notes: events.flatMap((event) => event.kind === "note" ? event.text : []),
    result,
  };
}

/** Trains a new model into a run folder, from one of its checkpoints if asked to. */
export async function trainInto(
  engine: Engine,
  run: string,
  settings: TrainSettings,
  from?: CheckpointName,
): Promise<Trained> {
  const model = makeSmallModel(engine);
  try {
    return await train(model, {
      ...settings,
      run,
      ...(from && { resume: readCheckpoint(checkpointFile(run, from)) }),
    });
  } finally {
    await model.dispose();
  }
}

/** A dataset with some of its queries. */
export function pickQueries(
  { queries, ...rest }: PlaceDataset,
  indices: readonly number[],
): PlaceDataset {
  return {
    ...rest,
    queries: {
      paths: indices.map((i) => queries.paths[i]!),
      eastMeters: Float64Array.from(indices, (i) => queries.eastMeters[i]!),
      northMeters: Float64Array.from(indices, (i) => queries.northMeters[i]!),
    },
  };
}
