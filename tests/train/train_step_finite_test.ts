import assert from "node:assert/strict";
import { createDatasetFeatures } from "../../lib/describe/describe_dataset.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { computeGradients } from "../../lib/train/train_step.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** Factors of the weights of two convolutions, and what comes of them. */
interface Outcome {
  loss: number;
  areFinite: boolean;
}

async function compute(
  engine: Engine,
  factors: Record<string, number>,
): Promise<Outcome> {
  const model = makeModel(engine, { arch: "alexnet", pooling: "avg" }, "conv4");
  for (const [name, factor] of Object.entries(factors)) {
    const variable = model.variables.get(name)!;
    const scaled = tf.mul(variable, factor);
    variable.assign(scaled);
    scaled.dispose();
  }
  const dataset = await readTinyCity("train");
  using source = createDatasetFeatures(model, dataset, {});
  const { loss, gradients } = await computeGradients(model, {
    tuples: [{ queryIndex: 0, positiveIndex: 1, negativeIndices: [5] }],
    source,
    firstQuery: dataset.database.paths.length,
    batchSize: 4,
  }, { margin: 0.5, marginOn: "euclidean", lossOver: "all" });
  const values = Object.values(gradients).map((gradient) =>
    gradient.dataSync()
  );
  tf.dispose(gradients);
  await model.dispose();
  return {
    loss,
    areFinite: values.every((part) => part.every(Number.isFinite)),
  };
}

const [CONV4, CONV5] = ["features.8.weight", "features.10.weight"];

testOnWasm(
  "computeGradients() learns from one tuple of one negative",
  async (engine) => {
    const { loss, areFinite } = await compute(engine, {});
    assert.ok(areFinite && loss > 0 && loss < 3);
  },
);

testOnWasm(
  "computeGradients() gives a loss that is not a number where a gradient is not finite",
  async (engine) => {
    // Descriptors do not depend on the scale of features; gradients grow as it falls.
    const { loss, areFinite } = await compute(engine, {
      [CONV4!]: 1e30,
      [CONV5!]: 1e-40,
    });
    assert.ok(!areFinite);
    assert.ok(Number.isNaN(loss), `${loss}`);
  },
);

testOnWasm(
  "computeGradients() gives a loss that is not a number where a descriptor is not",
  async (engine) => {
    const { loss } = await compute(engine, { [CONV5!]: 1e30 });
    assert.ok(Number.isNaN(loss), `${loss}`);
  },
);
