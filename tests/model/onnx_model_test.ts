import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import { readOnnxFile } from "../../lib/engine/onnx_file.ts";
import type { Images, Model } from "../../lib/model/model.ts";
import { ARCH_NAMES } from "../../lib/model/network.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { whiten } from "../../lib/model/whitening.ts";
import * as tf from "../../lib/engine/tf.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeImages, makeModel } from "./make_model.ts";
import { makeWhitening } from "./make_whitening.ts";

/** What an export promises: descriptors are unit vectors. Measured: 1e-6. */
const DESCRIPTORS = { atol: 1e-5 };

/** Every head, and every way to divide and to order. */
const HEADS: Partial<ModelOptions>[] = [
  { pooling: "netvlad" },
  { pooling: "netvlad", vladV2: true },
  { pooling: "netvlad", vladNorm: "smoothed", vladOrder: "channel-major" },
  { pooling: "netvlad", numClusters: 1 },
  { pooling: "avg" },
  { pooling: "max" },
  { pooling: "gem" },
  { pooling: "wgem", gemPower: "learned" },
  { pooling: "rmac", rmacWhiten: true },
  { pooling: "cgd:SMG", cgdLength: 24, cgdClasses: 3 },
];

/** Images of N, H, W, odd and even; one image of a batch is black, one of one grey. */
function* listImages(sizes: readonly number[][]): Generator<Images> {
  for (const [N, H, W] of sizes as [number, number, number][]) {
    const images = makeImages(N, H, W);
    if (N > 1) images.pixels.fill(0, 0, H * W * 3);
    if (N > 2) images.pixels.fill(119, H * W * 3, 2 * H * W * 3);
    yield images;
  }
}

const SIZES = [[1, 67, 95], [3, 64, 64], [2, 83, 112]];
const ONE_SIZE = [[3, 65, 82]];

/** Descriptors by an ONNX graph, `[N, F]`. */
async function runGraph(
  engine: Engine,
  onnx: Uint8Array,
  { pixels, height, width }: Images,
): Promise<{ data: Float32Array; shape: number[] }> {
  const session = await engine.createSession(onnx);
  const N = pixels.length / (height * width * 3);
  const output = await session.run({
    images: { data: Float32Array.from(pixels), shape: [N, height, width, 3] },
  });
  const { tensor } = output;
  const data = (await tensor.data()).slice() as Float32Array;
  const { shape } = tensor;
  output.dispose();
  await session.dispose();
  return { data, shape };
}

/** Compares an export with its model on images. */
async function assertSame(model: Model, sizes = SIZES): Promise<void> {
  const onnx = await encodeOnnxModel(model);
  for (const images of listImages(sizes)) {
    const { data, shape } = await runGraph(model.engine, onnx, images);
    const expected = await model.describe(images);
    const F = model.descriptorLength;
    assert.deepEqual(shape, [expected.length / F, F]);
    assert.ok(data.every(Number.isFinite));
    const { height, width } = images;
    const name = `${model.name} ${JSON.stringify(model.options)}`;
    assertClose(data, expected, DESCRIPTORS, `${name} ${height}x${width}`);
  }
}

testEachEngine(
  (name) => `encodeOnnxModel() gives what the model gives on ${name}`,
  (name) =>
    withEngine(name, async (engine) => {
      for (const head of HEADS) {
        const model = makeModel(engine, { arch: "alexnet", ...head }, null);
        await assertSame(model, ONE_SIZE);
        await model.dispose();
      }
      if (name === "webgpu") return; // on a software GPU this has to do
      for (const arch of ARCH_NAMES) {
        const model = makeModel(engine, { arch, vladV2: true }, null);
        await assertSame(model, SIZES);
        await model.dispose();
      }
    }),
);

testEachEngine(
  (name) => `encodeOnnxModel() whitens as whiten() does on ${name}`,
  (name) =>
    withEngine(name, async (engine) => {
      const model = makeModel(engine, { arch: "alexnet", pooling: "gem" });
      const { descriptorLength: F } = model;
      const whitening = makeWhitening(5, F);
      const images = makeImages(3, 67, 95);
      model.setWhitening(whitening);
      const onnx = await encodeOnnxModel(model);
      model.setWhitening(undefined);
      const { data, shape } = await runGraph(engine, onnx, images);
      const descriptors = tf.tensor2d(await model.describe(images), [3, F]);
      const whitened = whiten(descriptors, whitening);
      assert.deepEqual(shape, [3, 5]);
      assertClose(data, await whitened.data(), DESCRIPTORS);
      tf.dispose([descriptors, whitened]);
      await model.dispose();
    }),
);

testOnWasm(
  "encodeOnnxModel() exports trained parameters as they are now",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "avg" });
    const before = await encodeOnnxModel(model);
    const filter = model.variables.get("features.10.weight")!;
    tf.tidy(() => filter.assign(tf.mul(tf.abs(filter), 2)));
    assert.notDeepEqual(await encodeOnnxModel(model), before);
    await assertSame(model);
    await model.dispose();
  },
);

testOnWasm(
  "encodeOnnxModel() gives finite descriptors where all features are zero, or a cluster is empty",
  async (engine) => {
    for (const head of HEADS) {
      const model = makeModel(engine, { arch: "alexnet", ...head }, "conv1");
      const tensors = await model.exportTensors();
      const biases = tensors.get("pool.conv.bias");
      if (biases) {
        biases.data[0] = -1e4;
        model.importTensors("test", tensors);
        await assertSame(model);
      }
      for (const [name, { data }] of tensors) {
        if (name.startsWith("features.")) data.fill(0);
      }
      model.importTensors("test", tensors);
      await assertSame(model);
      await model.dispose();
    }
  },
);

testOnWasm(
  "encodeOnnxModel() says in the file what the model is, and writes the same bytes every time",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", vladV2: true });
    const onnx = await encodeOnnxModel(model);
    assert.deepEqual(await encodeOnnxModel(model), onnx);
    const { metadata, externalFiles } = readOnnxFile(onnx)!;
    assert.deepEqual(externalFiles, []);
    const said = Object.fromEntries(metadata);
    assert.equal(said.arch, "alexnet");
    assert.equal(said.pooling, "netvlad");
    assert.equal(said.numClusters, "8");
    assert.equal(said.vladV2, "true");
    assert.equal(said.pixels, "bytes");
    assert.equal(said.whitened, "false");
    await model.dispose();
  },
);
