import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { type LayerWeights, runLayers } from "../../lib/model/run_layers.ts";
import { fromVariable } from "../../lib/model/parameters.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import type { GoldenArrays } from "../golden/read_arrays.ts";
import { normalizePixels } from "./normalize_pixels.ts";
import { channelsFirst, readChannelsLast } from "./channel_order.ts";
import {
  type EncoderData,
  SHARED_CASES,
  STORED_CASE,
  toLayerWeights,
} from "./encoder_cases.ts";
import { runLayersReference } from "./layers_reference.ts";
import {
  makeImage,
  makeSmallNetwork,
  makeWeights,
  toTensors,
} from "./small_network.ts";

await useWasmBackend();

/** float32 sums of tens of products of numbers around 1, three convolutions deep. */
const FLOAT32 = { rtol: 1e-5, atol: 1e-5 };

function readPixels(golden: GoldenArrays): tf.Tensor4D {
  return tf.tensor4d(
    Float32Array.from(golden.uint8("image_u8")),
    golden.shape("image_u8") as [number, number, number, number],
  );
}

/**
 * In this case one output of conv3_2 is within 3e-7 of zero. As XNNPACK rounds it,
 * its ReLU lets a gradient pass that PyTorch and TensorFlow.js's plain loops stop,
 * which moves the gradients by less than 1 % of the largest one.
 */
const KNIFE_EDGE = { name: "vgg16_div8_120x160 (shared)", share: 0.01 };

for (const { name, missing, read } of [STORED_CASE, ...SHARED_CASES]) {
  Deno.test({
    name: `runLayers() matches the golden encoder ${name}${missing}`,
    ignore: missing !== "",
    fn: async () => {
      const data = await read();
      const { network, golden } = data;
      const weights = toLayerWeights(data.tensors);
      const input = normalizePixels(readPixels(golden), network.normalization);
      if (golden.has("input")) {
        assertClose(
          channelsFirst(input),
          golden.float32("input"),
          golden.tolerances.input!,
          "input",
        );
      }
      assertClose(
        channelsFirst(runLayers(network.layers, input, weights)),
        golden.float32("out"),
        golden.tolerances.out!,
        "out",
      );
      if (golden.has("R")) {
        const share = name === KNIFE_EDGE.name ? KNIFE_EDGE.share : 0;
        await assertGoldenGradients(data, { input, weights, share });
      }
      tf.disposeVariables();
    },
  });
}

/**
 * Compares the gradients of Σ out · R in the input and in every weight that the case has.
 *
 * @param share Of the largest gradient, to be added to the case's own tolerance.
 */
async function assertGoldenGradients(
  { network, golden }: EncoderData,
  { input, weights, share }: {
    input: tf.Tensor4D;
    weights: LayerWeights;
    share: number;
  },
): Promise<void> {
  const direction = readChannelsLast(golden, "R");
  const loss = (x: tf.Tensor): tf.Scalar =>
    tf.sum(
      tf.mul(runLayers(network.layers, x as tf.Tensor4D, weights), direction),
    );
  const assertSame = (key: string, actual: Float32Array): void => {
    const expected = golden.float32(key);
    const largest = expected.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
    const atol = golden.tolerances[key]!.atol! + share * largest;
    assertClose(actual, expected, { atol }, key);
  };
  assertSame("grad_input", channelsFirst(tf.grad(loss)(input)));
  const { grads } = tf.variableGrads(() => loss(input));
  for (const [name, variable] of weights) {
    if (!golden.has(`grad/${name}`)) continue;
    const gradient = grads[(variable as tf.Variable).name]!;
    assertSame(`grad/${name}`, (await fromVariable(name, gradient)).data);
  }
}

/** Sizes that leave one or two rows or columns for the last windows, or none. */
const SIZES = [[19, 21], [20, 22], [21, 25], [24, 31]] as const;

for (const ceilMode of [false, true]) {
  const rounding = ceilMode ? "up" : "down";

  Deno.test(`runLayers() equals plain loops where pools round ${rounding}`, () => {
    const layers = makeSmallNetwork(ceilMode);
    const weights = makeWeights(layers);
    const variables = toLayerWeights(toTensors(layers, weights));
    for (const [H, W] of SIZES) {
      const image = makeImage(H, W);
      const expected = runLayersReference(layers, image, weights);
      const features = tf.tensor4d([image, makeImage(H, W)]);
      const actual = runLayers(layers, features, variables);
      assert.deepEqual(
        actual.shape,
        [2, expected.length, expected[0]!.length, 2],
      );
      const twice = [...expected.flat(2), ...expected.flat(2)];
      assertClose(actual.dataSync(), twice, FLOAT32, `${H}x${W}`);
    }
    tf.disposeVariables();
  });

  Deno.test(`runLayers() has the gradients of plain loops where pools round ${rounding}`, async () => {
    const layers = makeSmallNetwork(ceilMode);
    const weights = makeWeights(layers);
    const image = makeImage(14, 16);
    const variables = toLayerWeights(toTensors(layers, weights));
    const loss = (): number =>
      runLayersReference(layers, image, weights).flat(2)
        .reduce((sum, value, i) => sum + value * Math.cos(i), 0);
    const { grads } = tf.variableGrads(() => {
      const output = runLayers(layers, tf.tensor4d([image]), variables);
      const probe = Float32Array.from(
        { length: output.size },
        (_, i) => Math.cos(i),
      );
      return tf.sum(tf.mul(output, tf.tensor(probe, output.shape)));
    });
    for (const [name, variable] of variables) {
      const { data } = await fromVariable(
        name,
        grads[(variable as tf.Variable).name]!,
      );
      const expected = centralDifferences(weights.get(name)!, loss, 1e-7);
      assertClose(data, expected, { rtol: 1e-4, atol: 1e-4 }, name);
    }
    tf.disposeVariables();
  });
}

Deno.test("runLayers() frees everything but its result, and gives back its input if there are no layers", () => {
  const layers = makeSmallNetwork(true);
  const variables = toLayerWeights(toTensors(layers, makeWeights(layers)));
  const features = tf.tensor4d([makeImage(20, 20)]);
  const before = tf.memory().numTensors;
  runLayers(layers, features, variables).dispose();
  assert.equal(tf.memory().numTensors, before);
  assert.equal(runLayers([], features, variables), features);
  tf.disposeVariables();
});
