import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import {
  type PittsburghSplit,
  readPittsburghDataset,
} from "../../lib/data/pittsburgh.ts";
import {
  createDatasetDescriptors,
  createDatasetFeatures,
  describeDataset,
} from "../../lib/describe/describe_dataset.ts";
import type { FrozenFeatures } from "../../lib/describe/frozen_features.ts";
import type { EngineName } from "../../lib/engine/engine.ts";
import { evaluateFeatures } from "../../lib/evaluate/evaluate.ts";
import { resolveEvaluateOptions } from "../../lib/evaluate/options.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";
import {
  readSharedGolden,
  sharedGolden,
  sharedGoldenPath,
} from "../golden/read_shared.ts";
import { goldenPath } from "../data/image/images.ts";
import { inFolder } from "../in_folder.ts";

const CASE = "k_dataset/eval_vgg16_d16";

testEachEngine(
  (engine) =>
    `evaluateFeatures() predicts what pytorch-NetVlad does from the same JPEGs, on ${engine}`,
  (engine) =>
    checkSplit(engine, "test", readGoldenArrays(CASE), goldenPath("k_dataset")),
);

const { missing } = sharedGolden(CASE);

for (const split of ["train", "val"] as const) {
  Deno.test({
    name:
      `evaluateFeatures() predicts what pytorch-NetVlad does on the split ${split}${missing}`,
    ignore: missing !== "",
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const golden = await readSharedGolden(CASE);
      await checkSplit("wasm", split, golden, sharedGoldenPath("k_dataset"));
    },
  });
}

/** Compares descriptors, predictions and recall of a split. */
async function checkSplit(
  engineName: EngineName,
  split: PittsburghSplit,
  golden: GoldenArrays,
  folder: string,
): Promise<void> {
  const dataPath = join(folder, "pittsburgh");
  const dataset = await readPittsburghDataset(dataPath, split);
  await withEngine(engineName, async (engine) => {
    const model = await createModel({
      arch: "vgg16",
      widthDivisor: 16,
      numClusters: 8,
      weights: goldenPath(`${CASE}.pth`),
    }, { engine });
    model.setCentroids(
      golden.float32("clusters"),
      golden.float32("traindescs"),
    );
    await inFolder(async (folder) => {
      using source = createDatasetFeatures(model, dataset, {}, {
        path: join(folder, "features.f32"),
        maxBytes: 1e9,
      });
      const name = `${split}/descriptors`;
      assertClose(
        await describeAll(model, dataset, { source, folder }),
        golden.float32(name),
        golden.tolerances[name]!,
        name,
      );
      const { predictions, recall } = await drain(
        evaluateFeatures(model, dataset, {
          source,
          folder,
          describeBatch: 24,
          options: resolveEvaluateOptions(),
        }),
      );
      assert.deepEqual(
        predictions.indices,
        golden.int32(`${split}/predictions`),
      );
      assert.deepEqual(
        Float64Array.from(recall.values()),
        golden.float64(`${split}/recall`),
      );
    });
    await model.dispose();
  });
}

/** Descriptors of the database, then of the queries, `[M + Q, F]`. */
async function describeAll(
  model: Model,
  dataset: PlaceDataset,
  { source, folder }: { source: FrozenFeatures; folder: string },
): Promise<Float32Array> {
  using target = createDatasetDescriptors(
    dataset,
    folder,
    model.descriptorLength,
  );
  await drain(describeDataset(model, source, target, 24));
  const { database, queries } = target;
  return Float32Array.of(
    ...database.read(0, database.numRows),
    ...queries.read(0, queries.numRows),
  );
}
