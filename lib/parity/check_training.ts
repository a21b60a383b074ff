/**
 * Golden cases of training: whole trajectories on fixed tuples.
 *
 * @module
 */
import type {
  FrozenBatch,
  FrozenFeatures,
} from "../describe/frozen_features.ts";
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { createModel } from "../model/create_model.ts";
import type { Images, Model } from "../model/model.ts";
import { POOLINGS } from "../model/options.ts";
import { fromVariable } from "../model/parameters.ts";
import type { Tuple } from "../train/mining.ts";
import {
  createOptimizer,
  learningRateAt,
  type Optimizer,
} from "../train/optimizer.ts";
import { TRAIN_DEFAULTS } from "../train/options.ts";
import { computeGradients } from "../train/train_step.ts";
import { compareCheckpoints } from "./check_checkpoints.ts";
import type { CaseComparison } from "./comparison.ts";
import {
  convolutionFrom,
  countWeights,
  findNetwork,
  type FoundNetwork,
  weightsFile,
} from "./find_network.ts";
import type { GoldenCase } from "./golden_case.ts";
import { readOptimizerOptions } from "./optimizer_options.ts";
import { leaveOutIfTooLarge } from "./too_large.ts";

/** Compares descriptors, losses, gradients and parameters, and the checkpoints of the run. */
export async function checkTraining(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("t_query", "t_positive", "t_negCount", "t_negatives");
  results.skip("clusters", "traindescs", "loss_f64");
  const images = await readImages(golden);
  const found = await findNetwork(golden, weightsFile(golden));
  const numPixels = images.pixels.length / 3;
  leaveOutIfTooLarge(engine, 4 * numPixels, countWeights(found)); // twice all images, and the steps
  const model = await startModel(golden, found, engine);
  const optimizer = createOptimizer(
    readOptimizerOptions(golden),
    model.variables,
  );
  try {
    results.compare("desc_before", await model.describe(images));
    await follow(golden, results, { model, optimizer, images });
    for (const [name, { data }] of await model.exportTensors()) {
      results.compare(`final/${theirName(name)}`, data);
    }
    results.compare("desc_after", await model.describe(images));
    await compareCheckpoints(golden, results, optimizer);
  } finally {
    optimizer.dispose();
    await model.dispose();
  }
}

/** A state-dict name as pytorch-NetVlad has it. */
function theirName(name: string): string {
  return name.replace(/^features\./, "encoder.");
}

async function readImages(golden: GoldenCase): Promise<Images> {
  using source = await golden.open(golden.text("images_from") ?? "images_u8");
  const { shape, data } = source.read("images");
  const [, height, width] = shape as [number, number, number, number];
  return { pixels: Uint8Array.from(data), height, width };
}

/** The model as it was before the first step. */
async function startModel(
  golden: GoldenCase,
  { arch, widthDivisor, network, weights }: FoundNetwork,
  engine: Engine,
): Promise<Model> {
  const named = golden.text("pooling");
  const pooling = POOLINGS.find((name) => name === named);
  if (pooling === undefined) throw golden.fail(`its pooling is ${named}`);
  const model = await createModel({
    arch,
    widthDivisor,
    weights,
    pooling,
    ...(pooling === "netvlad" && {
      numClusters: golden.number("K"),
      vladV2: golden.notes.scalars.vladv2 === true,
      vladInit: golden.text("init") === "paper"
        ? "published"
        : "pytorch-netvlad",
    }),
  }, {
    engine,
    trainFrom: convolutionFrom(
      network,
      golden.number("frozen_encoder_children"),
    ),
  });
  if (pooling === "netvlad") {
    model.setCentroids(
      golden.float32("clusters"),
      golden.float32("traindescs"),
    );
  }
  return model;
}

/** What a trajectory is run with. */
interface TrainingRun {
  model: Model;
  optimizer: Optimizer;
  images: Images;
}

/** Makes every step, comparing what it is made of. */
async function follow(
  golden: GoldenCase,
  results: CaseComparison,
  { model, optimizer, images }: TrainingRun,
): Promise<void> {
  const options = readOptimizerOptions(golden);
  const lossOptions = { ...TRAIN_DEFAULTS, margin: golden.number("margin") };
  const losses: number[] = [];
  const norms: number[] = [];
  const rates: number[] = [];
  for (const [step, tuples] of listTuples(golden).entries()) {
    const { loss, gradients } = await computeGradients(model, {
      tuples,
      source: featuresOf(model, images),
      firstQuery: golden.number("numDb"),
      batchSize: tuples.length, // of no use: features come at once
    }, lossOptions);
    let squares = 0;
    for (const [name, { name: key }] of model.variables) {
      const { data } = await fromVariable(name, gradients[key]!);
      for (const value of data) squares += value * value;
      const compared = `grad_step${step + 1}/${theirName(name)}`;
      if (golden.has(compared)) results.compare(compared, data);
    }
    rates.push(learningRateAt(step + 1, options));
    optimizer.step(gradients, rates.at(-1)!);
    tf.dispose(gradients);
    losses.push(loss);
    norms.push(Math.sqrt(squares));
  }
  results.compare("lr", rates);
  results.compare("loss", losses);
  results.compare("grad_norm", norms);
}

/** The fixed tuples, step by step. */
function listTuples(golden: GoldenCase): Tuple[][] {
  const { shape: [numSteps = 0, perStep = 0] } = golden.read("t_query");
  const queries = golden.numbers("t_query");
  const positives = golden.numbers("t_positive");
  const counts = golden.numbers("t_negCount");
  const negatives = golden.numbers("t_negatives");
  const tuples = queries.map((queryIndex, i): Tuple => ({
    queryIndex,
    positiveIndex: positives[i]!,
    negativeIndices: negatives.splice(0, counts[i]!),
  }));
  return Array.from(
    { length: numSteps },
    (_, step) => tuples.slice(step * perStep, (step + 1) * perStep),
  );
}

/** Frozen features of images in memory. */
function featuresOf(
  model: Model,
  { pixels, height, width }: Images,
): FrozenFeatures {
  const length = height * width * 3;
  return {
    async *read(indices): AsyncGenerator<FrozenBatch, void, void> {
      const some = new Uint8Array(indices.length * length);
      indices.forEach((index, i) => {
        const image = pixels.subarray(index * length, (index + 1) * length);
        some.set(image, i * length);
      });
      const output = await model.runFrozen({ pixels: some, height, width });
      yield {
        indices: [...indices],
        features: output.tensor as tf.Tensor4D,
        dispose: () => output.dispose(),
      };
    },
    [Symbol.dispose]: () => {},
  };
}
