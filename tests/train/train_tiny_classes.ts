import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { drain } from "../../lib/progress.ts";
import {
  type ClassTrainSettings,
  trainClasses,
} from "../../lib/train/train_classes.ts";
import type { TrainResult } from "../../lib/train/course.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { readTinyClasses, TINY_CLASSES } from "../tiny_classes.ts";

/** What a run on the tiny classes needs besides its defaults. */
const QUICK: ClassTrainSettings = {
  images: { resize: { width: 32, height: 32 }, threads: 1 },
  batchImages: 12,
  learningRate: 3e-3,
};

/** A narrow ResNet-18 with CGD, trained from `trainFrom`. */
export function makeClassModel(
  engine: Engine,
  { trainFrom = "layer4", ...given }:
    & Partial<ModelOptions>
    & { trainFrom?: string } = {},
): Promise<Model> {
  const options = {
    ...{ arch: "resnet18", pooling: "cgd:SG", widthDivisor: 16 } as const,
    ...{ cgdLength: 32, cgdClasses: TINY_CLASSES },
    ...given,
  };
  return createModel(options, { engine, trainFrom });
}

/** A run, event by event. */
export interface TrainedClasses {
  events: TrainEvent[];
  notes: string[];
  result: TrainResult;
}

/** Begins to train on the tiny classes, or on another training split. */
export async function beginOnClasses(
  model: Model,
  settings: ClassTrainSettings,
  train?: PlaceDataset,
): Promise<AsyncGenerator<TrainEvent, TrainResult>> {
  const data = {
    train: train ?? await readTinyClasses("train"),
    validation: await readTinyClasses("test"),
  };
  return trainClasses(model, data, { ...QUICK, ...settings });
}

/** Trains to the end. */
export async function trainOnClasses(
  model: Model,
  settings: ClassTrainSettings,
  train?: PlaceDataset,
): Promise<TrainedClasses> {
  const events: TrainEvent[] = [];
  const stage = await beginOnClasses(model, settings, train);
  const result = await drain(stage, (event) => events.push(event));
  return {
    events,
    notes: events.flatMap((event) => event.kind === "note" ? event.text : []),
    result,
  };
}
