import assert from "node:assert/strict";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import type { ConvLayer, Normalization } from "../../lib/model/network.ts";
import { writeOnnxNetwork } from "../../lib/model/onnx_network.ts";
import { randomWeights } from "../../lib/model/parameters.ts";
import { runLayers } from "../../lib/model/run_layers.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { toLayerWeights } from "../model/small_network.ts";
import {
  type ReferenceWeights,
  runLayersReference,
} from "../../lib/model/layers_reference.ts";
import { makeImages, makeModel } from "../model/make_model.ts";
import { makeImage } from "../model/small_network.ts";
import { makePlainEngine } from "../plain_engine.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

/** float32 sums of some hundred products of numbers around 1, in any order. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-4 };

/** Input as it is. */
const PLAIN: Normalization = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

testEachEngine(
  (name) => `products() of ${name} equals plain loops`,
  (name) =>
    withEngine(name, async (engine) => {
      const plain = makePlainEngine();
      const random = createRandom(1);
      const rows = (length: number): Float32Array =>
        Float32Array.from({ length }, () => random.nextNormal());
      for (const [A, B, F] of [[1, 1, 1], [5, 7, 300], [33, 2, 65]] as const) {
        const [a, b] = [rows(A * F), rows(B * F)];
        assertClose(
          await engine.products(a, b, F),
          await plain.products(a, b, F),
          FLOAT32,
          `${A}x${B}x${F}`,
        );
      }
    }),
);

/** Numbers of channels that kernels may vectorise, or not. */
const CHANNELS = [1, 4, 2, 4, 5, 4, 6, 4, 7, 8, 9, 4, 12, 15, 4, 18, 20, 6];

testEachEngine(
  (name) => `${name} convolves any number of channels as plain loops do`,
  (name) =>
    withEngine(name, async (engine) => {
      const layers = CHANNELS.map((channels, i): ConvLayer => ({
        kind: "conv",
        name: `conv${i}`,
        weights: `conv${i}`,
        channels,
        size: 3,
        stride: 1,
        padding: 1,
      }));
      const tensors = randomWeights(layers, createRandom(1));
      const image = makeImage(5, 6);
      const weights: ReferenceWeights = new Map();
      for (const [key, { data }] of tensors) weights.set(key, [...data]);
      const expected = runLayersReference(layers, image, weights)
        .flat(2);

      const session = await engine.createSession(
        writeOnnxNetwork(layers, tensors, PLAIN),
      );
      const data = Float32Array.from(image.flat(2));
      const frozen = await session.run({
        images: { data, shape: [1, 5, 6, 3] },
      });
      assertClose(await frozen.tensor.data(), expected, FLOAT32, "frozen");
      frozen.dispose();

      const input = tf.tensor4d([image]);
      const trained = runLayers(layers, input, toLayerWeights(tensors));
      assertClose(await trained.data(), expected, FLOAT32, "trained");
      tf.dispose([input, trained]);
      tf.disposeVariables();
    }),
);

testEachEngine(
  (name) => `${name} says what it is, and leaves no tensors`,
  async (name) => {
    const engine = await startEngine({ engine: name, engineThreads: 1 });
    assert.equal(engine.name, name);
    assert.equal(engine.reason, "asked for by name");
    assert.notEqual(engine.device, "");
    assert.ok(engine.maxTensorBytes >= 128 * 2 ** 20);
    const before = tf.memory().numTensors;
    const model = makeModel(engine, { arch: "alexnet" });
    await model.describe(makeImages(2, 67, 95));
    await model.dispose();
    assert.equal(tf.memory().numTensors, before);
    await engine.dispose();
  },
);

testEachEngine(
  (name) => `${name} says that it cannot run a graph on such input`,
  (name) =>
    withEngine(name, async (engine) => {
      const session = await engine.createSession(
        writeOnnxNetwork([], new Map(), PLAIN),
      );
      const images = { data: new Float32Array(16), shape: [1, 2, 2, 4] };
      await assert.rejects(session.run({ images }), {
        name: "EngineError",
        message: new RegExp(`^Cannot run a graph on ${name}`),
        where: new RegExp(RegExp.escape(engine.device)),
        fix: "use smaller images or batches, or another engine",
      });
    }),
);
