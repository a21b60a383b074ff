import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import {
  evaluateModel,
  type EvaluateSettings,
} from "../../lib/evaluate/evaluate.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import { makeModel } from "../model/make_model.ts";

/** Evaluates; the texts of the notes are added to `notes`. */
export function evaluate(
  model: Model,
  dataset: PlaceDataset,
  settings: EvaluateSettings = {},
  notes: string[] = [],
): Promise<Evaluation> {
  return drain(evaluateModel(model, dataset, settings), (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
}

/** Lends a narrow AlexNet of random weights. */
export async function withModel(
  engine: Engine,
  act: (model: Model) => Promise<void>,
): Promise<void> {
  const model = makeModel(engine, { arch: "alexnet" });
  await act(model);
  await model.dispose();
}
