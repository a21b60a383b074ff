import assert from "node:assert/strict";
import { join } from "node:path";
import { createDatasetFeatures } from "../../lib/describe/describe_dataset.ts";
import type { FeatureStore } from "../../lib/describe/frozen_features.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { tripletLossReference } from "../../lib/train/loss_reference.ts";
import type { LossOptions } from "../../lib/train/loss.ts";
import type { Tuple } from "../../lib/train/mining.ts";
import { computeGradients } from "../../lib/train/train_step.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { inFolder } from "../in_folder.ts";
import { describeOneByOne } from "../model/describe_one_by_one.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** A float32 loss of a few tuples. */
const LOSS = { rtol: 1e-4, atol: 1e-5 };

/** Of the largest gradient of a variable: the same sums in another order. */
const GRADIENTS = 1e-5;

const OPTIONS: LossOptions = {
  margin: 0.5,
  marginOn: "euclidean",
  lossOver: "all",
};

/** Two tuples share a negative, and the positive of one is the negative of the other. */
const TUPLES: Tuple[] = [
  { queryIndex: 0, positiveIndex: 1, negativeIndices: [5, 9, 12] },
  { queryIndex: 7, positiveIndex: 9, negativeIndices: [1, 5] },
];

/** How the gradients are computed. */
interface Way {
  /** What the engine says it can hold. */
  maxTensorBytes?: number;
  batchSize?: number;
  /** Images whose features are kept before the step. */
  kept?: readonly number[];
  /** Where the network is cut. */
  trainFrom?: string;
  /** The queries are database images. */
  isOne?: boolean;
}

/** Loss and gradients of `TUPLES` by the name of the variable in the state dict. */
async function compute(
  engine: Engine,
  { maxTensorBytes, batchSize = 24, kept = [], trainFrom, isOne }: Way = {},
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const watched = watchEngine(engine, maxTensorBytes);
  const model = makeModel(watched.engine, { arch: "alexnet" }, trainFrom);
  const { queries, database, ...rest } = await readTinyCity("train");
  const dataset = { ...rest, database, queries: isOne ? database : queries };
  const gradients = new Map<string, Float32Array>();
  let loss = NaN;
  await inFolder(async (folder) => {
    const store: FeatureStore = {
      path: join(folder, "features.f32"),
      maxBytes: kept.length > 0 ? 1e9 : 0,
    };
    using source = createDatasetFeatures(model, dataset, {}, store);
    for await (const batch of source.read(kept, 24)) batch.dispose();
    const before = tf.memory().numTensors;
    const computed = await computeGradients(model, {
      tuples: TUPLES,
      source,
      firstQuery: isOne ? 0 : database.paths.length,
      batchSize,
    }, OPTIONS);
    loss = computed.loss;
    for (const [name, variable] of model.variables) {
      const gradient = computed.gradients[variable.name]!;
      gradients.set(name, await gradient.data() as Float32Array);
    }
    tf.dispose(computed.gradients);
    assert.equal(tf.memory().numTensors, before, "tensors leaked");
  });
  await model.dispose();
  return { loss, gradients };
}

for (const isOne of [false, true]) {
  const what = isOne ? "where the queries are the database" : "of a batch";
  testOnWasm(
    `computeGradients() gives the loss ${what}`,
    async (engine) => {
      const model = makeModel(engine, { arch: "alexnet" });
      const { database, queries } = await readTinyCity("train");
      const describe = async (
        paths: readonly string[],
      ): Promise<number[][]> => {
        const F = model.descriptorLength;
        const rows = [...await describeOneByOne(model, paths)];
        return paths.map((_, i) => rows.slice(i * F, (i + 1) * F));
      };
      const databaseRows = await describe(database.paths);
      const queryRows = isOne ? databaseRows : await describe(queries.paths);
      const expected = tripletLossReference(
        TUPLES.map(({ queryIndex, positiveIndex, negativeIndices }) => ({
          query: queryRows[queryIndex]!,
          positive: databaseRows[positiveIndex]!,
          negatives: negativeIndices.map((index) => databaseRows[index]!),
        })),
        OPTIONS,
      );
      assert.ok(expected > 0);
      const { loss } = await compute(engine, { isOne });
      assertClose([loss], [expected], LOSS);
      await model.dispose();
    },
  );
}

testOnWasm(
  "computeGradients() gives the same gradients in chunks and from kept features",
  async (engine) => {
    const expected = await compute(engine);
    const bytesOf = (images: number): number => images * 64 * 48 * 3 * 4;
    const ways: Record<string, Way> = {
      "small batches": { batchSize: 3 },
      "everything kept": { kept: Array.from({ length: 30 }, (_, i) => i) },
      "some kept": { kept: [25, 1, 12], batchSize: 2 },
      "one image at a time": { maxTensorBytes: 1 },
      "one at a time, some kept": { maxTensorBytes: 1, kept: [9, 18] },
      "two at a time": { maxTensorBytes: bytesOf(2) },
    };
    for (const [name, way] of Object.entries(ways)) {
      const actual = await compute(engine, way);
      assertAlike(actual, expected, name);
    }
  },
);

testOnWasm(
  "computeGradients() gives the same gradients in chunks of the whole network",
  async (engine) => {
    const trainFrom = "conv1";
    const expected = await compute(engine, { trainFrom });
    assert.equal(expected.gradients.size, 12);
    const actual = await compute(engine, {
      trainFrom,
      maxTensorBytes: 3 * 64 * 48 * 3 * 4,
      kept: [1, 5, 9, 12, 18],
    });
    assertAlike(actual, expected, "chunks");
  },
);

function assertAlike(
  actual: Awaited<ReturnType<typeof compute>>,
  expected: Awaited<ReturnType<typeof compute>>,
  way: string,
): void {
  assertClose([actual.loss], [expected.loss], { rtol: 1e-6 }, way);
  for (const [name, gradient] of expected.gradients) {
    const largest = gradient.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
    assert.ok(largest > 0, `the gradient of ${name} is zero`);
    const atol = GRADIENTS * largest;
    assertClose(
      actual.gradients.get(name)!,
      gradient,
      { atol },
      `${way} ${name}`,
    );
  }
}
