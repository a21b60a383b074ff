import assert from "node:assert/strict";
import {
  compareWithKnown,
  KNOWN_ANSWER_TOLERANCE,
  makeSamples,
} from "../../lib/doctor/known_answer.ts";
import { runLayersReference } from "../../lib/model/layers_reference.ts";
import { ARCH_NAMES } from "../../lib/model/network.ts";
import { writeOnnxNetwork } from "../../lib/model/onnx_network.ts";
import { assertClose } from "../assert_close.ts";
import {
  makeImage,
  makeSmallResNet,
  makeWeights,
  toTensors,
} from "../model/small_network.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

const SAMPLES = makeSamples();

/** float32 sums of tens of products of numbers around 1, five convolutions deep. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-4 };

/** Input as it is. */
const PLAIN = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

testEachEngine(
  (name) => `${name} describes with every network as plain loops do`,
  (name) =>
    withEngine(name, async (engine) => {
      const answers = await compareWithKnown(engine, SAMPLES);
      const names = answers.map(({ name }) => name);
      assert.deepEqual(names, ["matrix product", ...ARCH_NAMES]);
      const wrong = answers
        .filter(({ error }) => !(error <= KNOWN_ANSWER_TOLERANCE));
      assert.deepEqual(wrong, []);
    }),
);

testEachEngine(
  (name) =>
    `${name} pools with padding and adds the branches of residual blocks, at even and odd sizes`,
  (name) =>
    withEngine(name, async (engine) => {
      const layers = makeSmallResNet();
      const weights = makeWeights(layers);
      const session = await engine.createSession(
        writeOnnxNetwork(layers, toTensors(layers, weights), PLAIN),
      );
      for (const [H, W] of [[19, 21], [20, 22], [21, 26]] as const) {
        const image = makeImage(H, W);
        const expected = runLayersReference(layers, image, weights).flat(2);
        const output = await session.run({
          images: {
            data: Float32Array.from(image.flat(2)),
            shape: [1, H, W, 3],
          },
        });
        const found = await output.tensor.data();
        output.dispose();
        assertClose(found, expected, FLOAT32, `${H}x${W}`);
      }
      await session.dispose();
    }),
);
