import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { centroidPath } from "../../lib/train/cluster.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import {
  findTrainedLayer,
  firstTrainedLayer,
} from "../../lib/train/trained_part.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "../model/make_model.ts";
import { varyNorms } from "../model/small_network.ts";
import { readTinyCity } from "../tiny_city.ts";
import { makeSmallModel, train } from "./train_tiny_city.ts";

/** Unit vectors by TensorFlow.js and by ONNX Runtime. Measured: 1e-7. */
const DESCRIPTORS = { atol: 1e-5 };

const RESNET = { arch: "resnet18", widthDivisor: 16 } as const;

/** A narrow model whose batch normalisations change their input. */
async function makeVaried(
  engine: Engine,
  options: Partial<ModelOptions>,
  trainFrom: string,
): Promise<Model> {
  const plain = makeSmallModel(engine, { ...options, trainFrom });
  plain.importTensors("test", varyNorms(await plain.exportTensors()));
  return plain;
}

/** Names of the parameters that differ. */
function listChanged(before: NamedTensors, after: NamedTensors): string[] {
  return [...after].filter(([name, { data }]) =>
    data.some((value, i) => value !== before.get(name)!.data[i])
  ).map(([name]) => name).sort();
}

testOnWasm(
  "trainModel() trains convolutions and normalisations behind the cut, and leaves running statistics as they are",
  async (engine) => {
    const cases = [
      [RESNET, "layer4.1"],
      [{ arch: "vgg16_bn", widthDivisor: 16 }, "conv5_3"],
    ] as const;
    for (const [options, trainFrom] of cases) {
      const model = await makeVaried(engine, options, trainFrom);
      const before = await model.exportTensors();
      const { epochs } = await train(model, { epochs: 1 });
      assert.ok(Number.isFinite(epochs.at(-1)!.loss));
      const changed = listChanged(before, await model.exportTensors());
      assert.deepEqual(changed, [...model.variables.keys()].sort());
      assert.ok(changed.some((name) => /bn2\.bias$|\.41\.bias$/.test(name)));
      await model.dispose();
    }
  },
);

testOnWasm(
  "trainModel() goes on with a ResNet as if it had not stopped",
  (engine) =>
    inFolder(async (folder) => {
      const runs = [`${folder}/whole`, `${folder}/halves`] as const;
      const run = async (
        run: string,
        epochs: number,
        resume = false,
      ): Promise<void> => {
        const model = await makeVaried(engine, RESNET, "layer4.1");
        await train(model, {
          epochs,
          run,
          ...(resume &&
            { resume: readCheckpoint(checkpointFile(run, "latest")) }),
        });
        await model.dispose();
      };
      await run(runs[0], 2);
      await run(runs[1], 1);
      await run(runs[1], 2, true);
      const [whole, halves] = runs.map((run) =>
        readCheckpoint(checkpointFile(run, "latest"))
      );
      assert.deepEqual(halves!.parameters, whole!.parameters);
      assert.deepEqual(halves!.optimizer, whole!.optimizer);
      const statistics = "features.7.1.bn2.running_var";
      assert.ok(whole!.parameters.has(statistics));
      assert.ok(!whole!.optimizer.has(`momentum_buffer.${statistics}`));
    }),
);

testOnWasm(
  "createModel() describes with a checkpoint of a cut ResNet as it was trained, through all kinds of files",
  (engine) =>
    inFolder(async (folder) => {
      const options = {
        ...RESNET,
        lastLayer: "layer3",
        layer3Stride: 1,
      } as const;
      const images = makeImages(2, 48, 64);
      const model = await makeVaried(engine, options, "layer3");
      await train(model, { epochs: 1, run: folder });
      const expected = await model.describe(images);
      const tensors = await model.exportTensors();
      await model.dispose();

      const paths = [checkpointFile(folder, "latest")];
      for (const end of [".pth.tar", ".safetensors"]) {
        const { leftOut } = await convertWeights(
          paths.at(-1)!,
          `${folder}/again${end}`,
          options,
        );
        const isStrideLost = leftOut.some(({ name }) =>
          name === "layer3Stride"
        );
        assert.equal(isStrideLost, end === ".pth.tar");
        paths.push(`${folder}/again${end}`);
      }
      for (const weights of paths) {
        const found = await readEncoderWeights(weights);
        assert.deepEqual(new Map([...found.tensors, ...found.head]), tensors);
        const stated = weights.endsWith(".pth.tar") ? options : {};
        const again = await createModel(
          { ...RESNET, numClusters: 4, ...stated, weights },
          { engine },
        );
        assertClose(await again.describe(images), expected, DESCRIPTORS);
        assert.equal(again.options.lastLayer, "layer3");
        await again.dispose();
      }
    }),
);

testOnWasm(
  "centroidPath() names the encoder with where it ends",
  async (engine) => {
    const dataset = await readTinyCity("train");
    const names: string[] = [];
    for (const lastLayer of [undefined, "layer3"]) {
      const model = makeSmallModel(engine, {
        ...RESNET,
        ...(lastLayer && { lastLayer }),
      });
      names.push(centroidPath("c", model, dataset));
      await model.dispose();
    }
    assert.deepEqual(names, [
      `c/resnet18_${dataset.name}_4_desc_cen.hdf5`,
      `c/resnet18-layer3_${dataset.name}_4_desc_cen.hdf5`,
    ]);
  },
);

Deno.test("firstTrainedLayer() is of the network as it is cut, and lists the layers of that", () => {
  const cut = { arch: "resnet50", lastLayer: "layer3" } as const;
  assert.equal(firstTrainedLayer(cut, {}), "layer3");
  assert.equal(firstTrainedLayer(cut, { trainFrom: "layer2.1" }), "layer2.1");
  assert.equal(firstTrainedLayer(cut, { fromScratch: true }), "conv1");
  assert.throws(() => firstTrainedLayer(cut, { trainFrom: "layer4" }), {
    name: "OptionsError",
    message: /^Cannot train resnet50 from layer4/,
    where: "option trainFrom",
    fix: /^use one of conv1, layer1, .*, layer3\.5$/,
  });
});

Deno.test("findTrainedLayer() tells a block, a stage and a normalised convolution by its first parameter", () => {
  const found = (arch: "resnet18" | "vgg16_bn", name: string): unknown =>
    findTrainedLayer({ arch }, name);
  assert.equal(found("resnet18", "features.7.0.conv1.weight"), "layer4");
  assert.equal(found("resnet18", "features.7.1.conv1.weight"), "layer4.1");
  assert.equal(found("vgg16_bn", "features.34.weight"), "conv5_1");
  assert.equal(found("vgg16_bn", "features.35.weight"), undefined);
});
