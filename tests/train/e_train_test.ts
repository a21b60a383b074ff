/** Whole training trajectories of pytorch-NetVlad on fixed tuples: losses, final weights, descriptors. */
import assert from "node:assert/strict";
import type {
  FrozenBatch,
  FrozenFeatures,
} from "../../lib/describe/frozen_features.ts";
import * as tf from "../../lib/engine/tf.ts";
import { openHdf5 } from "../../lib/hdf5.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Images, Model } from "../../lib/model/model.ts";
import { toFloat32 } from "../../lib/number_types.ts";
import type { Tuple } from "../../lib/train/mining.ts";
import { createOptimizer } from "../../lib/train/optimizer.ts";
import { computeGradients } from "../../lib/train/train_step.ts";
import { assertClose } from "../assert_close.ts";

const FOLDER = new URL("../../../shared/golden/e_train/", import.meta.url);
const isThere = (await Deno.stat(FOLDER).catch(() => null)) !== null;
const missing = isThere ? "" : " (skipped: ../shared/golden is not there)";

interface GoldenRun {
  scalars: {
    div: number;
    pooling: "netvlad" | "max";
    vladv2: boolean;
    K: number;
    steps: number;
    B: number;
    optim: "SGD" | "ADAM";
    ["weight_decay"]: number;
    momentum: number;
    margin: number;
    numDb: number;
  };
  tolerances: Record<string, { atol: number }>;
}

const CASES = {
  ["vgg16_d16_netvlad_full"]: "conv1_1",
  ["vgg16_d16_netvlad_frozen"]: "conv5_1",
  ["vgg16_d16_max"]: "conv1_1",
};

for (const [name, trainFrom] of Object.entries(CASES)) {
  Deno.test({
    name: `training matches the golden trajectory ${name}${missing}`,
    ignore: !isThere,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => follow(name, trainFrom),
  });
}

async function follow(name: string, trainFrom: string): Promise<void> {
  const { scalars, tolerances }: GoldenRun = JSON.parse(
    await Deno.readTextFile(new URL(`${name}.json`, FOLDER)),
  );
  using golden = await openHdf5(pathOf(`${name}.h5`));
  const read = (key: string): Float32Array =>
    toFloat32(golden.readDataset(key).data);
  const images = await readImages();
  const model = await createModel({
    arch: "vgg16",
    widthDivisor: scalars.div,
    pooling: scalars.pooling,
    vladV2: scalars.vladv2,
    ...(scalars.K > 0 && { numClusters: scalars.K }),
    weights: pathOf(`${name}.init.pth`),
  }, { engine: "wasm", trainFrom });
  if (model.needsCentroids) {
    model.setCentroids(read("clusters"), read("traindescs"));
  }
  const compare = (key: string, actual: Float32Array): void => {
    assertClose(actual, read(key), { atol: tolerances[key]!.atol }, key);
  };
  compare("desc_before", await model.describe(images));

  const optimizer = createOptimizer({
    optimizer: scalars.optim === "ADAM" ? "adam" : "sgd",
    momentum: scalars.momentum,
    weightDecay: scalars.weight_decay,
  }, model.variables);
  const rates = golden.readDataset("lr").data;
  const losses = [];
  for (const [step, tuples] of listTuples(read, scalars).entries()) {
    const { loss, gradients } = await computeGradients(model, {
      tuples,
      source: featuresOf(model, images),
      firstQuery: scalars.numDb,
      batchSize: 24,
    }, { margin: scalars.margin, marginOn: "euclidean" });
    optimizer.step(gradients, Number(rates[step]));
    tf.dispose(gradients);
    losses.push(loss);
  }
  compare("loss", Float32Array.from(losses));
  for (const [key, { data }] of await model.exportTensors()) {
    const final = `final/${key.replace("features.", "encoder.")}`;
    compare(final, data);
  }
  compare("desc_after", await model.describe(images));
  optimizer.dispose();
  await model.dispose();
}

function pathOf(file: string): string {
  return new URL(file, FOLDER).pathname;
}

async function readImages(): Promise<Images> {
  using file = await openHdf5(pathOf("images_u8.h5"));
  const { shape, data } = file.readDataset("images");
  const [, height, width] = shape as [number, number, number, number];
  return { pixels: Uint8Array.from(data as ArrayLike<number>), height, width };
}

/** The fixed tuples, step by step. */
function listTuples(
  read: (key: string) => Float32Array,
  { steps, B }: GoldenRun["scalars"],
): Tuple[][] {
  const negatives = [...read("t_negatives")];
  const counts = read("t_negCount");
  const queries = read("t_query");
  const positives = read("t_positive");
  return Array.from(
    { length: steps },
    (_, step) =>
      Array.from({ length: B }, (_, b) => {
        const at = step * B + b;
        return {
          queryIndex: queries[at]!,
          positiveIndex: positives[at]!,
          negativeIndices: negatives.splice(0, counts[at]!),
        };
      }),
  );
}

/** Frozen features of images in memory. */
function featuresOf(
  model: Model,
  { pixels, height, width }: Images,
): FrozenFeatures {
  const imageLength = height * width * 3;
  return {
    async *read(indices): AsyncGenerator<FrozenBatch, void, void> {
      const some = new Uint8Array(indices.length * imageLength);
      indices.forEach((index, i) =>
        some.set(
          pixels.subarray(index * imageLength, (index + 1) * imageLength),
          i * imageLength,
        )
      );
      const output = await model.runFrozen({ pixels: some, height, width });
      assert.equal(output.tensor.rank, 4);
      yield {
        indices: [...indices],
        features: output.tensor as tf.Tensor4D,
        dispose: () => output.dispose(),
      };
    },
    [Symbol.dispose]: () => {},
  };
}
