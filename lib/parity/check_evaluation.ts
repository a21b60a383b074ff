/**
 * Golden cases of a whole evaluation, from JPEGs to recall.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import {
  type PittsburghSplit,
  readPittsburghDataset,
} from "../data/pittsburgh.ts";
import {
  createDatasetDescriptors,
  createDatasetFeatures,
  describeDataset,
} from "../describe/describe_dataset.ts";
import type { FrozenFeatures } from "../describe/frozen_features.ts";
import { DESCRIBE_DEFAULTS } from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import type { Engine } from "../engine/engine.ts";
import { evaluateFeatures } from "../evaluate/evaluate.ts";
import { resolveEvaluateOptions } from "../evaluate/options.ts";
import { createModel } from "../model/create_model.ts";
import type { Model } from "../model/model.ts";
import { drain } from "../progress.ts";
import {
  compareDistances,
  comparePredictions,
  compareRecall,
} from "./compare_predictions.ts";
import type { CaseComparison, Tolerance } from "./comparison.ts";
import { findNetwork, weightsFile } from "./find_network.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Squared distances between descriptors that are each right to 1e-5; the cases have no tolerance for them. */
const DISTANCES: Tolerance = { atol: 2e-5 };

/** Compares descriptors, distances, predictions and recall of every split. */
export async function checkEvaluation(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("clusters", "traindescs");
  const dataPath = await findDataset(golden);
  const { arch, widthDivisor, weights } = await findNetwork(
    golden,
    weightsFile(golden),
  );
  const model = await createModel({
    arch,
    widthDivisor,
    weights,
    numClusters: golden.number("K"),
  }, { engine });
  try {
    model.setCentroids(
      golden.float32("clusters"),
      golden.float32("traindescs"),
    );
    for (const name of Object.keys(golden.notes.datasets)) {
      const split = name.match(/^(\w+)\/descriptors$/)?.[1];
      if (split === undefined) continue;
      const dataset = await readPittsburghDataset(
        dataPath,
        split as PittsburghSplit,
      );
      await compareSplit(golden, results, { split, dataset, model });
    }
  } finally {
    await model.dispose();
  }
}

/** The folder beside the case that holds a dataset in Pittsburgh layout. */
async function findDataset(golden: GoldenCase): Promise<string> {
  const folder = dirname(golden.path);
  for await (const { name } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const specification = await Deno.stat(join(path, "datasets"))
      .catch(() => undefined);
    if (specification?.isDirectory) return path;
  }
  throw golden.fail("there is no dataset beside it");
}

/** A split, and the model that describes it. */
interface SplitRun {
  split: string;
  dataset: PlaceDataset;
  model: Model;
}

async function compareSplit(
  golden: GoldenCase,
  results: CaseComparison,
  run: SplitRun,
): Promise<void> {
  const { split, dataset, model } = run;
  await using folder = await openWorkFolder();
  using source = createDatasetFeatures(model, dataset, {}, {
    path: join(folder.path, "features.f32"),
    maxBytes: 1e9,
  });
  const place = { source, folder: folder.path };
  results.compare(`${split}/descriptors`, await describeAll(run, place));
  const { predictions: found, recall } = await drain(
    evaluateFeatures(model, dataset, {
      ...place,
      describeBatch: DESCRIBE_DEFAULTS.describeBatch,
      options: resolveEvaluateOptions(),
    }),
  );
  const { shape, data: indices } = golden.read(`${split}/predictions`);
  const { data: distances } = golden.read(`${split}/distances`);
  const wanted = { indices, distances, shape };
  compareDistances(results, `${split}/distances`, found, wanted, DISTANCES);
  comparePredictions(results, `${split}/predictions`, found, wanted);
  compareRecall(results, `${split}/recall`, {
    actual: recall,
    expected: golden.numbers(`${split}/recall`),
    found,
    wanted,
  });
}

/** Descriptors of the database, then of the queries, `[M + Q, F]`. */
async function describeAll(
  { model, dataset }: SplitRun,
  { source, folder }: { source: FrozenFeatures; folder: string },
): Promise<Float32Array> {
  using target = createDatasetDescriptors(
    dataset,
    folder,
    model.descriptorLength,
  );
  const { describeBatch } = DESCRIBE_DEFAULTS;
  await drain(describeDataset(model, source, target, describeBatch));
  const { database, queries } = target;
  return Float32Array.of(
    ...database.read(0, database.numRows),
    ...queries.read(0, queries.numRows),
  );
}
