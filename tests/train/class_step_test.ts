import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { runningStatistics } from "../../lib/model/cgd.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import type { ClassLossOptions } from "../../lib/train/class_loss.ts";
import { computeClassGradients } from "../../lib/train/class_step.ts";
import { createOptimizer } from "../../lib/train/optimizer.ts";
import { TRAIN_DEFAULTS } from "../../lib/train/options.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { makeImages, makeModel } from "../model/make_model.ts";

const CGD: ClassLossOptions = {
  temperature: 0.5,
  labelSmoothing: 0.1,
  margin: 0.3,
};

/** Of the largest gradient of a variable: the same sums in another order. */
const GRADIENTS = 2e-5;

const MODEL: Partial<ModelOptions> = {
  arch: "resnet18",
  widthDivisor: 16,
  pooling: "cgd:SMG",
  cgdLength: 12,
  cgdClasses: 3,
};

const LABELS = [0, 1, 1, 2, 0, 2];
const IMAGES = makeImages(LABELS.length, 48, 64);

/** How the gradients are computed. */
interface Way {
  /** What the engine says it can hold. */
  maxTensorBytes?: number;
  /** Images of each tensor of features, one tensor of all if left out. */
  sizes?: number[];
  trainFrom?: string;
}

interface Outcome {
  losses: number[];
  /** By state-dict name. */
  gradients: Map<string, Float32Array>;
  /** Running statistics after the step. */
  statistics: Float32Array[];
}

async function compute(
  engine: Engine,
  { maxTensorBytes, sizes = [LABELS.length], trainFrom }: Way = {},
): Promise<Outcome> {
  const watched = watchEngine(engine, maxTensorBytes);
  const model = makeModel(watched.engine, MODEL, trainFrom);
  const output = await model.runFrozen(IMAGES);
  const features = tf.split(
    output.tensor as tf.Tensor4D,
    sizes,
  ) as tf.Tensor4D[];
  const before = tf.memory().numTensors;
  const batch = { features, labels: LABELS };
  const found = await computeClassGradients(model, batch, CGD);
  const gradients = new Map(
    [...model.variables].map(([name, variable]) =>
      [
        name,
        found.gradients[variable.name]!.dataSync() as Float32Array,
      ] as const
    ),
  );
  tf.dispose(found.gradients);
  assert.equal(tf.memory().numTensors, before, "tensors leaked");
  const { mean, variance } = runningStatistics(model.buffers);
  const statistics = [mean, variance]
    .map((each) => each.dataSync().slice() as Float32Array);
  tf.dispose(features);
  output.dispose();
  await model.dispose();
  const losses = [found.loss, found.classLoss, found.tripletLoss];
  return { losses, gradients, statistics };
}

function assertAlike(actual: Outcome, expected: Outcome, way: string): void {
  assertClose(actual.losses, expected.losses, { rtol: 1e-5 }, way);
  for (const [name, gradient] of expected.gradients) {
    const largest = gradient.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
    assert.ok(largest > 0, `the gradient of ${name} is zero`);
    const atol = GRADIENTS * largest;
    const found = actual.gradients.get(name)!;
    assertClose(found, gradient, { atol }, `${way} ${name}`);
  }
  expected.statistics.forEach((values, i) =>
    assertClose(actual.statistics[i]!, values, { rtol: 1e-5, atol: 1e-7 }, way)
  );
}

testOnWasm(
  "computeClassGradients() gives the same gradients and statistics in chunks",
  async (engine) => {
    const expected = await compute(engine);
    const bytesOf = (images: number): number => images * 48 * 64 * 3 * 4;
    const ways: Record<string, Way> = {
      "some at a time": { sizes: [1, 3, 2] },
      "one image at a time": { maxTensorBytes: 1 },
      "one of some at a time": { maxTensorBytes: 1, sizes: [4, 2] },
      "a few at a time": { maxTensorBytes: bytesOf(2) / 16, sizes: [5, 1] },
    };
    for (const [name, way] of Object.entries(ways)) {
      assertAlike(await compute(engine, way), expected, name);
    }
  },
);

testOnWasm(
  "computeClassGradients() gives the same gradients in chunks of the whole network",
  async (engine) => {
    const trainFrom = "conv1";
    const expected = await compute(engine, { trainFrom });
    const [loss, classLoss, tripletLoss] = expected.losses;
    assertClose([loss!], [classLoss! + tripletLoss!], { rtol: 1e-6 });
    assert.ok(classLoss! > 0 && tripletLoss! > 0);
    for (const name of ["features.1.bias", "features.7.1.bn2.weight"]) {
      assert.ok(expected.gradients.has(name));
    }
    const actual = await compute(engine, { trainFrom, maxTensorBytes: 1 });
    assertAlike(actual, expected, "chunks");
  },
);

testOnWasm(
  "computeClassGradients() lets both losses fall, step by step",
  async (engine) => {
    const model = makeModel(engine, MODEL);
    const output = await model.runFrozen(IMAGES);
    const features = [output.tensor as tf.Tensor4D];
    const optimizer = createOptimizer(
      { ...TRAIN_DEFAULTS, optimizer: "adam", weightDecay: 0 },
      model.variables,
    );
    const losses: { classLoss: number; tripletLoss: number }[] = [];
    for (let step = 0; step < 12; step++) {
      const { gradients, ...loss } = await computeClassGradients(
        model,
        { features, labels: LABELS },
        CGD,
      );
      optimizer.step(gradients, 3e-3);
      tf.dispose(gradients);
      losses.push(loss);
    }
    const [first, last] = [losses[0]!, losses.at(-1)!];
    assert.ok(last.classLoss < 0.7 * first.classLoss);
    assert.ok(last.tripletLoss < 0.5 * first.tripletLoss);
    optimizer.dispose();
    output.dispose();
    await model.dispose();
  },
);
