import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { fingerprintModel } from "../../lib/model/fingerprint.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { writeTorchStateDict } from "../../lib/model/weights/pth_write.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "./make_model.ts";
import { varyNorms } from "./small_network.ts";

const NARROW = { widthDivisor: 16, pooling: "avg" } as const;
const NEW = ["vgg16_bn", "resnet18", "resnet50"] as const;

/** Descriptors are unit vectors; ONNX Runtime fuses layers. Measured: 2e-7. */
const DESCRIPTORS = { atol: 1e-5 };

for (const arch of NEW) {
  testOnWasm(
    `createModel() describes with a random ${arch}, cut or not, at even and odd sizes`,
    async (engine) => {
      for (const trainFrom of [null, "conv5_1", "layer4", "layer3.1"]) {
        const isThere = trainFrom === null ||
          trainFrom.startsWith("conv") === (arch === "vgg16_bn");
        if (!isThere) continue;
        const model = await createModel({ ...NARROW, arch }, {
          engine,
          trainFrom,
        });
        for (const [H, W] of [[48, 64], [35, 51]] as const) {
          const found = await model.describe(makeImages(2, H, W));
          const F = model.descriptorLength;
          assert.equal(found.length, 2 * F);
          const norm = Math.hypot(...found.subarray(0, F));
          assert.ok(Math.abs(norm - 1) < 1e-5, `norm ${norm}`);
        }
        await model.dispose();
      }
    },
  );
}

/** Weights of a narrow network whose batch normalisations change their input, as a file. */
async function writeWeights(
  path: string,
  options: Partial<ModelOptions>,
): Promise<NamedTensors> {
  const model = await createModel({ ...NARROW, ...options }, {
    engine: "wasm",
  });
  const tensors = varyNorms(await model.exportTensors());
  await model.dispose();
  await writeTorchStateDict(path, tensors);
  return tensors;
}

testOnWasm(
  "createModel() computes the same wherever a ResNet is cut, and keeps what is not trained as buffers",
  (engine) =>
    inFolder(async (folder) => {
      const weights = `${folder}/resnet18.pth`;
      const tensors = await writeWeights(weights, { arch: "resnet18" });
      const options = { ...NARROW, arch: "resnet18", weights } as const;
      const images = makeImages(2, 67, 81);
      const frozen = await createModel(options, { engine });
      const expected = await frozen.describe(images);
      assert.deepEqual(frozen.buffers, new Map());
      await frozen.dispose();
      for (const trainFrom of ["layer4", "layer2.1", "conv1"]) {
        const model = await createModel(options, { engine, trainFrom });
        assertClose(await model.describe(images), expected, DESCRIPTORS);
        const isBuffer = (name: string): boolean => /running/.test(name);
        assert.ok(model.buffers.size > 0);
        assert.ok([...model.buffers.keys()].every(isBuffer));
        assert.ok(![...model.variables.keys()].some(isBuffer));
        assert.deepEqual(await model.exportTensors(), tensors);
        await model.dispose();
      }
    }),
);

testOnWasm(
  "importTensors() replaces running statistics too, and wants them",
  async (engine) => {
    const options = { ...NARROW, arch: "vgg16_bn" } as const;
    const model = await createModel(options, {
      engine,
      trainFrom: "conv5_3",
    });
    const images = makeImages(1, 48, 64);
    const before = await model.describe(images);
    const tensors = varyNorms(await model.exportTensors());
    const name = "features.41.running_mean";
    model.importTensors("test", tensors);
    assert.deepEqual(
      [...model.buffers.get(name)!.dataSync()],
      [...tensors.get(name)!.data],
    );
    assert.notDeepEqual(await model.describe(images), before);
    tensors.delete(name);
    assert.throws(() => model.importTensors("test", tensors), {
      name: "CheckpointError",
      where: new RegExp(name),
    });
    await model.dispose();
  },
);

testOnWasm(
  "encodeTrained() gives the features behind the cut, and frees the rest",
  async (engine) => {
    const model = await createModel({ ...NARROW, arch: "resnet18" }, {
      engine,
      trainFrom: "layer4",
    });
    const output = await model.runFrozen(makeImages(2, 64, 96));
    const before = tf.memory().numTensors;
    const features = model.encodeTrained(output.tensor as tf.Tensor4D);
    assert.deepEqual(features.shape, [2, 2, 3, model.localLength]);
    features.dispose();
    assert.equal(tf.memory().numTensors, before);
    output.dispose();
    await model.dispose();
    assert.equal(model.buffers.size, 0);
  },
);

testOnWasm(
  "createModel() ends an encoder where it is asked to, and says so in its name and fingerprint",
  async (engine) => {
    const seen = new Set<string>();
    const ends = [
      [{ arch: "vgg16_bn" }, "vgg16_bn_avg", 32],
      [{ arch: "vgg16_bn", lastLayer: "conv3_3" }, "vgg16_bn-conv3_3_avg", 16],
      [{ arch: "resnet50" }, "resnet50_avg", 128],
      [{ arch: "resnet50", layer3Stride: 1 }, "resnet50_avg", 128],
      [{ arch: "resnet50", lastLayer: "layer3" }, "resnet50-layer3_avg", 64],
    ] as const;
    for (const [options, name, F] of ends) {
      const model = await createModel({ ...NARROW, ...options }, { engine });
      assert.equal(model.name, name);
      assert.equal(model.descriptorLength, F);
      seen.add(await fingerprintModel(model, null));
      await model.dispose();
    }
    assert.equal(seen.size, ends.length);
  },
);

testOnWasm(
  "createModel() cannot train from behind the end of the encoder",
  (engine) =>
    assert.rejects(
      createModel({ ...NARROW, arch: "resnet18", lastLayer: "layer2" }, {
        engine,
        trainFrom: "layer3",
      }),
      {
        name: "OptionsError",
        message: /^Cannot train resnet18 from layer3/,
        where: "option trainFrom",
        fix: "use one of conv1, layer1, layer1.0, layer1.1, layer2, " +
          "layer2.0, layer2.1",
      },
    ),
);

testOnWasm(
  "encodeOnnxModel() and openOnnxDescriber() describe as a cut VGG-16-BN and a ResNet do",
  (engine) =>
    inFolder(async (folder) => {
      const images = makeImages(2, 67, 81);
      const cases = [
        { arch: "vgg16_bn", lastLayer: "conv4_3" },
        { arch: "resnet50", layer3Stride: 1 },
        { arch: "resnet18", pooling: "netvlad", numClusters: 4 },
      ] as const;
      for (const options of cases) {
        const weights = `${folder}/${options.arch}.pth`;
        await writeWeights(weights, { ...options, pooling: "avg" });
        const model = await createModel({ ...NARROW, ...options, weights }, {
          engine,
        });
        const path = `${folder}/${options.arch}.onnx`;
        await Deno.writeFile(path, await encodeOnnxModel(model));
        const file = await openOnnxDescriber(path, {}, { engine });
        assertClose(
          await file.describe(images),
          await model.describe(images),
          DESCRIPTORS,
        );
        await file.dispose();
        await model.dispose();
      }
    }),
);
