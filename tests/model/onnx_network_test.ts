import assert from "node:assert/strict";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import {
  ARCH_NAMES,
  type Network,
  type Normalization,
} from "../../lib/model/network.ts";
import { writeOnnxNetwork } from "../../lib/model/onnx_network.ts";
import { randomWeights } from "../../lib/model/parameters.ts";
import { runLayers } from "../../lib/model/run_layers.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { runLayersReference } from "../../lib/model/layers_reference.ts";
import {
  makeImage,
  makeWeights,
  SMALL_NETWORKS,
  toLayerWeights,
  toTensors,
  varyNorms,
} from "./small_network.ts";
import { normalizePixels } from "./normalize_pixels.ts";

const engine = await startEngine({ engine: "wasm" });

/** float32 sums of tens of products of numbers around 1, three convolutions deep. */
const FLOAT32 = { rtol: 1e-5, atol: 1e-5 };

/** Two programs' float32 through up to 53 convolutions; of the largest value, which features of ResNets are sums with. */
const BOTH_FLOAT32 = 1e-5;

/** Input as it is. */
const PLAIN: Normalization = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

type Shape = [number, number, number, number];

/** Runs a network in ONNX Runtime; the caller disposes the features. */
async function runOnnx(
  { layers, normalization }: Pick<Network, "layers" | "normalization">,
  tensors: NamedTensors,
  images: { data: Float32Array; shape: Shape },
): Promise<tf.Tensor> {
  const session = await engine.createSession(
    writeOnnxNetwork(layers, tensors, normalization),
  );
  const { tensor } = await session.run({ images });
  await session.dispose();
  return tensor;
}

/** A test on a running engine. */
function testOnEngine(
  name: string,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn,
  });
}

for (const [name, layers] of SMALL_NETWORKS) {
  testOnEngine(
    `writeOnnxNetwork() equals plain loops ${name}`,
    async () => {
      const weights = makeWeights(layers);
      for (const [H, W] of [[19, 21], [20, 22], [21, 25], [24, 31]] as const) {
        const image = makeImage(H, W);
        const expected = runLayersReference(layers, image, weights);
        const features = await runOnnx(
          { layers, normalization: PLAIN },
          toTensors(layers, weights),
          { data: Float32Array.from(image.flat(2)), shape: [1, H, W, 3] },
        );
        assert.deepEqual(
          features.shape,
          [1, expected.length, expected[0]!.length, 2],
        );
        assertClose(
          features.dataSync(),
          expected.flat(2),
          FLOAT32,
          `${H}x${W}`,
        );
        features.dispose();
      }
    },
  );
}

for (const arch of ARCH_NAMES) {
  testOnEngine(
    `writeOnnxNetwork() and runLayers() read ${arch} alike, at even and odd sizes`,
    async () => {
      const network = describeNetwork(arch, { widthDivisor: 8 });
      const tensors = varyNorms(
        randomWeights(network.layers, createRandom(7)),
      );
      const weights = toLayerWeights(tensors);
      for (const [H, W] of [[64, 96], [67, 81], [113, 82]] as const) {
        const shape: Shape = [2, H, W, 3];
        const random = createRandom(H);
        const data = Float32Array.from(
          { length: 2 * H * W * 3 },
          () => random.nextInteger(256),
        );
        const expected = tf.tidy(() =>
          runLayers(
            network.layers,
            normalizePixels(tf.tensor4d(data, shape), network.normalization),
            weights,
          )
        );
        const actual = await runOnnx(network, tensors, { data, shape });
        assert.deepEqual(actual.shape, expected.shape);
        const values = expected.dataSync();
        const atol = BOTH_FLOAT32 * Math.max(...values.map(Math.abs));
        assertClose(actual.dataSync(), values, { atol }, `${H}x${W}`);
        tf.dispose([actual, expected]);
      }
      tf.disposeVariables();
    },
  );
}

testOnEngine(
  "writeOnnxNetwork() carries the normalisation of the network",
  async () => {
    const normalization: Normalization = {
      scale: 10,
      mean: [1, 2, 3],
      std: [1, 2, 4],
    };
    const features = await runOnnx(
      { layers: [{ kind: "relu" }], normalization },
      new Map(),
      {
        data: Float32Array.of(20, 30, 40, 0, 60, 70),
        shape: [1, 1, 2, 3],
      },
    );
    assertClose(features.dataSync(), [1, 0.5, 0.25, 0, 2, 1], { atol: 1e-6 });
    features.dispose();
  },
);

testOnEngine("writeOnnxNetwork() writes the same bytes every time", () => {
  const { layers, normalization } = describeNetwork("squeezenet1_1", {
    widthDivisor: 8,
  });
  const tensors = randomWeights(layers, createRandom(7));
  assert.deepEqual(
    writeOnnxNetwork(layers, tensors, normalization),
    writeOnnxNetwork(layers, tensors, normalization),
  );
  return Promise.resolve();
});
