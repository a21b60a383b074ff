import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import { encodeOnnx } from "../../lib/engine/onnx_graph.ts";
import * as tf from "../../lib/engine/tf.ts";
import { aggregate } from "../../lib/model/aggregate.ts";
import { addNode, createDraft } from "../../lib/model/onnx_draft.ts";
import { addHead } from "../../lib/model/onnx_head.ts";
import { fromVariable } from "../../lib/model/parameters.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import {
  type GoldenHead,
  readGoldenHeads,
  toFeatures,
  toVariables,
} from "./aggregators_golden.ts";

/** Descriptors are unit vectors of float32; powers and logarithms of a GPU have six digits. */
const DESCRIPTORS = { atol: 1e-5 };
/** Gradients, which are up to 3. Measured: 2e-6. */
const GRADIENTS = { atol: 3e-5 };

const { features: GOLDEN, heads: HEADS } = await readGoldenHeads();

/** Descriptors of a head for features, `[N, F]`. */
function describe(
  { options, params }: GoldenHead,
  features: tf.Tensor4D,
): Float32Array {
  const variables = toVariables(params);
  const descriptors = tf.tidy(() =>
    aggregate(features, options, variables).dataSync()
  );
  tf.dispose([...variables.values()]);
  return descriptors as Float32Array;
}

/** Gradients of `Σ descriptors · cos(0, 1, …)` in features, and in parameters by name. */
function differentiate(
  { options, params }: GoldenHead,
  features: tf.Tensor4D,
): { gradient: tf.Tensor; gradients: Map<string, tf.Tensor> } {
  const variables = toVariables(params);
  const names = [...variables.keys()];
  const run = tf.grads((x, ...values) => {
    const named = new Map(names.map((name, i) => [name, values[i]!]));
    const descriptors = aggregate(x as tf.Tensor4D, options, named);
    const probe = tf.cos(tf.range(0, descriptors.size));
    return tf.sum(tf.mul(tf.reshape(descriptors, [-1]), probe));
  });
  const [gradient, ...slopes] = run([features, ...variables.values()]);
  tf.dispose([...variables.values()]);
  return {
    gradient: gradient!,
    gradients: new Map(names.map((name, i) => [name, slopes[i]!])),
  };
}

testEachEngine(
  (name) =>
    `aggregate() equals every formula in double precision, gradients too, on ${name}`,
  (name) =>
    withEngine(name, async () => {
      const features = toFeatures(GOLDEN);
      for (const head of HEADS) {
        const variables = toVariables(head.params);
        const found = aggregate(features, head.options, variables);
        const descriptors = await found.data();
        assertClose(descriptors, head.descriptors.data, DESCRIPTORS, head.name);
        const { gradient, gradients } = differentiate(head, features);
        const slope = tf.transpose(gradient, [0, 3, 1, 2]);
        assertClose(
          await slope.data(),
          head.gradient.data,
          GRADIENTS,
          head.name,
        );
        for (const [key, tensor] of gradients) {
          const { data } = await fromVariable(key, tensor);
          const expected = head.gradients.get(key)!.data;
          assertClose(data, expected, GRADIENTS, `${head.name} ${key}`);
        }
        tf.dispose([found, gradient, slope, ...gradients.values()]);
        tf.dispose([...variables.values()]);
      }
      features.dispose();
    }),
);

/** The head alone as an ONNX file: features `[N, h, w, D]` in. */
function encodeHead({ options, params }: GoldenHead): Uint8Array {
  const draft = createDraft();
  const D = GOLDEN.shape[1]!;
  const features = addNode(draft, "Transpose", ["features"], {
    perm: [0, 3, 1, 2],
  });
  const descriptors = addHead(draft, features, options, params);
  addNode(draft, "Identity", [descriptors], {}, "descriptors");
  return encodeOnnx({
    name: "head",
    inputs: [{ name: "features", shape: ["N", "h", "w", D] }],
    outputs: [{ name: "descriptors", shape: ["N", D] }],
    ...draft,
  });
}

/** Sizes of features: square, wide, tall, thin, single, and two where two grids of R-MAC are as good. */
const SIZES = [
  [6, 6],
  [4, 7],
  [11, 5],
  [1, 9],
  [8, 1],
  [1, 1],
  [2, 3],
  [5, 9],
  [9, 5],
  [3, 40],
  [31, 12],
] as const;

/** Features with zeros among them, one channel of an image all zero, and one image negative. */
function drawFeatures(h: number, w: number): tf.Tensor4D {
  const random = createRandom(h * 100 + w);
  const [N, D] = [3, GOLDEN.shape[1]!];
  const values = Float32Array.from({ length: N * h * w * D }, (_, i) => {
    const value = Math.round(16 * random.nextNormal()) / 16;
    const n = Math.floor(i / (h * w * D));
    if (n === 1 && i % D === 2) return 0;
    return n === 2 ? -Math.abs(value) : value;
  });
  return tf.tensor4d(values, [N, h, w, D]);
}

async function assertSameInOnnx(
  engine: Engine,
  head: GoldenHead,
  sizes: readonly (readonly [number, number])[],
): Promise<void> {
  const session = await engine.createSession(encodeHead(head));
  for (const [h, w] of sizes) {
    const features = drawFeatures(h, w);
    const output = await session.run({
      features: {
        data: await features.data() as Float32Array,
        shape: features.shape,
      },
    });
    const variables = toVariables(head.params);
    const expected = aggregate(features, head.options, variables);
    const what = `${head.name} ${h}x${w}`;
    assert.deepEqual(output.tensor.shape, expected.shape, what);
    assertClose(
      await output.tensor.data(),
      await expected.data(),
      DESCRIPTORS,
      what,
    );
    output.dispose();
    tf.dispose([features, expected, ...variables.values()]);
  }
  await session.dispose();
}

testEachEngine(
  (name) => `addHead() gives what aggregate() gives, for any size, on ${name}`,
  (name) =>
    withEngine(name, async (engine) => {
      const sizes = name === "webgpu" ? SIZES.slice(1, 2) : SIZES;
      for (const head of HEADS) await assertSameInOnnx(engine, head, sizes);
    }),
);

testOnWasm(
  "aggregate() is finite, gradients too, where features or channels are zero, tiny or equal",
  async () => {
    const D = GOLDEN.shape[1]!;
    const shape: [number, number, number, number] = [2, 3, 4, D];
    const cells = [
      [0, 0, 0, 0],
      [1, 0, 2, -3],
      [-1, -2, -3, -4],
      [1e-12, 0, 3, 1e-30],
      [5, 5, 5, 5],
      [0, 7, 0, 0],
      [1e6, 1e-6, 0, 3],
    ];
    for (const cell of cells) {
      const features = tf.tidy(() =>
        tf.mul(tf.ones<tf.Rank.R4>(shape), tf.tensor1d(cell))
      ) as tf.Tensor4D;
      for (const head of HEADS) {
        const what = `${head.name} of ${cell}`;
        const { gradient, gradients } = differentiate(head, features);
        const descriptors = describe(head, features);
        assert.ok(descriptors.every(Number.isFinite), what);
        for (const slope of [gradient, ...gradients.values()]) {
          assert.ok((await slope.data()).every(Number.isFinite), what);
          slope.dispose();
        }
      }
      features.dispose();
    }
  },
);

testOnWasm("aggregate() frees everything but its result", async () => {
  const features = toFeatures(GOLDEN);
  for (const { options, params } of HEADS) {
    const variables = toVariables(params);
    const before = tf.memory().numTensors;
    aggregate(features, options, variables).dispose();
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([...variables.values()]);
  }
  features.dispose();
  await Promise.resolve();
});

testOnWasm(
  "aggregate() gives the same at any scale of features, where nothing is clamped",
  async () => {
    const positive = tf.tidy(() => tf.abs(toFeatures(GOLDEN))) as tf.Tensor4D;
    for (const head of HEADS) {
      if (head.options.pooling === "wgem") continue; // its scores have no scale
      const expected = describe(head, positive);
      for (const scale of [1e-2, 1e8]) {
        const scaled = tf.mul(positive, scale) as tf.Tensor4D;
        assertClose(describe(head, scaled), expected, DESCRIPTORS, head.name);
        scaled.dispose();
      }
    }
    positive.dispose();
    await Promise.resolve();
  },
);

testOnWasm("aggregate() says which shape is wrong", async () => {
  const flat = tf.zeros([2, 3]) as unknown as tf.Tensor4D;
  for (const { options, params } of HEADS) {
    const variables = toVariables(params);
    assert.throws(() => aggregate(flat, options, variables), {
      name: "ShapeError",
      where: "argument features",
      fix: "pass shape [N, H, W, D]",
    });
    tf.dispose([...variables.values()]);
  }
  flat.dispose();
  await Promise.resolve();
});
