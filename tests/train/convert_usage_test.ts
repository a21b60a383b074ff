import assert from "node:assert/strict";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { weightShapes } from "../../lib/model/layers.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import { nameInKeras } from "../../lib/model/weights/keras_squeezenet.ts";
import { writeTorchCheckpoint } from "../../lib/model/weights/pth_write.ts";
import { createRandom } from "../../lib/random.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "../model/make_model.ts";
import { makeKerasFile } from "../model/weights/make_keras_file.ts";
import {
  inTorch,
  makeParameters,
  makeTorchCheckpoint,
  NARROW,
} from "./make_weights.ts";

/** What an export promises: descriptors are unit vectors. Measured: 1e-6. */
const DESCRIPTORS = { atol: 1e-4 };

const SQUEEZENET: Partial<ModelOptions> = {
  arch: "squeezenet1_1",
  widthDivisor: 8,
  pooling: "avg",
};

/** Makes the Keras SqueezeNet, narrowed, with random numbers. */
function withKeras(act: (path: string) => Promise<void>): Promise<void> {
  const { layers } = describeNetwork("squeezenet1_1", { widthDivisor: 8 });
  const shapes = weightShapes(layers, 3);
  const shapeByLayer = new Map(
    [...nameInKeras()].map(([name, layer]) => {
      const [numOut = 0, numIn = 0, height = 0, width = 0] = shapes.get(name)!;
      return [layer, [height, width, numIn, numOut]];
    }),
  );
  const random = createRandom(1);
  return makeKerasFile({
    kernelShape: (layer) => shapeByLayer.get(`${layer} kernel`)!,
    numberAt: () => 0.2 * random.nextNormal(),
  }, act);
}

testOnWasm(
  "convertWeights() keeps how the Keras SqueezeNet is used in safetensors and ONNX",
  (engine) =>
    withKeras(async (keras) => {
      const images = makeImages(2, 70, 93);
      const describe = async (weights: string): Promise<Float32Array> => {
        const model = await createModel({ ...SQUEEZENET, weights }, { engine });
        const descriptors = await model.describe(images);
        await model.dispose();
        return descriptors;
      };
      const expected = await describe(keras);

      const own = `${keras}.safetensors`;
      const { mapped, leftOut } = await convertWeights(keras, own);
      assert.deepEqual(leftOut, []);
      assert.deepEqual(mapped[0], {
        from: "conv1 kernel",
        to: "encoder.0.weight",
        shape: [8, 3, 3, 3],
      });
      const { normalization, poolCeilMode } = await readEncoderWeights(own);
      assert.deepEqual(normalization, {
        mean: [123.68, 116.779, 103.939],
        std: [1, 1, 1],
        scale: 1,
      });
      assert.equal(poolCeilMode, false);
      assert.deepEqual(await describe(own), expected);

      await convertWeights(own, `${keras}.onnx`, { pooling: "avg" });
      const onnx = await openOnnxDescriber(`${keras}.onnx`, {}, { engine });
      assertClose(await onnx.describe(images), expected, DESCRIPTORS);
      await onnx.dispose();
    }),
);

Deno.test("convertWeights() says what a .pth does not keep of the Keras SqueezeNet", () =>
  withKeras(async (keras) => {
    const { leftOut } = await convertWeights(keras, `${keras}.pth`);
    assert.deepEqual(leftOut.map(({ name }) => name), [
      "normalization",
      "poolCeilMode",
    ]);
    assert.match(leftOut[0]!.reason, /not torchvision's here, but .*123\.68/);
  }));

testOnWasm(
  "convertWeights() makes an ONNX model of a checkpoint that describes as it does",
  (engine) =>
    inFolder(async (folder) => {
      const path = `${folder}/1.pth.tar`;
      await writeTorchCheckpoint(
        path,
        makeTorchCheckpoint({ kind: "sgd", numTrained: 5 }),
      );
      const { mapped, leftOut, model } = await convertWeights(
        path,
        `${folder}/2.onnx`,
        { vladOrder: "channel-major" },
      );
      assert.equal(mapped.length, 13);
      assert.deepEqual(mapped.at(-1), {
        from: "pool.conv.bias",
        to: "pool.conv.bias",
        shape: [3],
      });
      assert.deepEqual(leftOut.map(({ name }) => name), [
        "epoch",
        "best_score",
        "recalls",
        "optimizer",
      ]);
      const images = makeImages(2, 100, 120);
      const ours = await createModel({ ...model, weights: path }, { engine });
      const onnx = await openOnnxDescriber(`${folder}/2.onnx`, {}, { engine });
      assertClose(
        await onnx.describe(images),
        await ours.describe(images),
        DESCRIPTORS,
      );
      await onnx.dispose();
      await ours.dispose();
    }),
);

Deno.test("convertWeights() asks for the aggregation layer of a describer that weights do not tell", () =>
  inFolder(async (folder) => {
    const tensors = inTorch(makeParameters({ ...NARROW, pooling: "avg" }));
    const path = `${folder}/1.pth.tar`;
    await writeTorchCheckpoint(path, { tensors });
    await assert.rejects(convertWeights(path, `${folder}/2.onnx`), {
      name: "OptionsError",
      where: `${path} has no aggregation layer`,
      fix: /set pooling to max, avg or gem/,
    });
    await assert.rejects(
      convertWeights(path, `${folder}/2.onnx`, { pooling: "netvlad" }),
      { where: /missing: pool\.centroids, pool\.conv\.weight/ },
    );
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(names, ["1.pth.tar"]);
  }));
