import assert from "node:assert/strict";
import { ENGINE_NAMES } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import {
  ARCH_NAMES,
  type ArchName,
  describeNetwork,
} from "../../lib/model/network.ts";
import { writeOnnxNetwork } from "../../lib/model/onnx_network.ts";
import { createRandom } from "../../lib/random.ts";
import { tripletLoss } from "../../lib/train/loss.ts";
import { assertClose } from "../assert_close.ts";
import { makeImages, makeModel } from "../model/make_model.ts";
import { makePlainEngine } from "../plain_engine.ts";
import { softwareGpu } from "./software_gpu.ts";

/** What all engines promise of unit descriptors. */
const DESCRIPTORS = { atol: 1e-4 };
const LEAST_COSINE = 0.99999;

/** float32 sums of some hundred products of numbers around 1, in any order. */
const PRODUCTS = { rtol: 1e-4, atol: 1e-4 };

/** Of the largest gradient of a variable: float32 sums over positions, in any order. */
const GRADIENTS = 1e-3;

/** Small images, of odd size: two of them, more than some engines run at a time. */
const IMAGES = makeImages(2, 67, 95);

/** Why an engine cannot be tested here, for the name of its tests. */
const MISSING = {
  wasm: "",
  webgpu: (await softwareGpu()).missing,
  native: hasNative()
    ? ""
    : " (skipped: lib/engine/native is not installed; see deno task native)",
};

function hasNative(): boolean {
  const folder = "../../lib/engine/native/node_modules";
  try {
    return Deno.statSync(new URL(folder, import.meta.url)).isDirectory;
  } catch {
    return false;
  }
}

/** Descriptors of the test images by each network, whole in ONNX Runtime or cut. */
async function describeAll(
  name: typeof ENGINE_NAMES[number],
): Promise<Map<string, Float32Array>> {
  const engine = await startEngine({ engine: name });
  const all = new Map<string, Float32Array>();
  for (const arch of ARCH_NAMES) {
    for (const trainFrom of [null, undefined]) {
      const model = makeModel(
        engine,
        { arch, widthDivisor: widthDivisorOf(arch) },
        trainFrom,
      );
      const label = `${arch}, ${trainFrom === null ? "frozen" : "cut"}`;
      all.set(label, await model.describe(IMAGES));
      await model.dispose();
    }
  }
  await engine.dispose();
  return all;
}

/** VGG-16 is narrowed to be quick on a software adapter. */
function widthDivisorOf(arch: ArchName): number {
  return arch === "vgg16" ? 8 : 1;
}

/** Gradients of a triplet loss in what is trained of each network, by network and name. */
async function differentiateAll(
  name: typeof ENGINE_NAMES[number],
): Promise<Map<string, Float32Array>> {
  const engine = await startEngine({ engine: name });
  const all = new Map<string, Float32Array>();
  for (const arch of ARCH_NAMES) {
    const model = makeModel(engine, { arch, vladV2: true });
    const before = tf.memory().numTensors;
    const features = await model.runFrozen(makeImages(3, 67, 95));
    const { value, grads } = tf.variableGrads(() => {
      const [queries, positives, negatives] = tf.split(
        model.runTrained(features.tensor as tf.Tensor4D),
        3,
      ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      return tripletLoss(
        { queries, positives, negatives, negativeCounts: [1] },
        { margin: 4, marginOn: "euclidean" },
      );
    }, [...model.variables.values()]);
    for (const [key, variable] of model.variables) {
      const gradient = await grads[variable.name]!.data() as Float32Array;
      all.set(`${arch} ${key}`, gradient);
    }
    tf.dispose([value, grads]);
    features.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors leaked");
    await model.dispose();
  }
  await engine.dispose();
  return all;
}

let baseline: Promise<Map<string, Float32Array>> | undefined;
let baselineGradients: Promise<Map<string, Float32Array>> | undefined;

for (const name of ENGINE_NAMES) {
  const options = {
    ignore: MISSING[name] !== "",
    sanitizeResources: false,
    sanitizeOps: false,
  };

  Deno.test({
    ...options,
    name: `${name} gives the descriptors of wasm with the whole encoder frozen${
      MISSING[name]
    }`,
    fn: async () => {
      baseline ??= describeAll("wasm");
      const expected = await baseline;
      const actual = await describeAll(name);
      for (const [label, descriptors] of actual) {
        const arch = label.split(",")[0]!;
        assertAlike(descriptors, expected.get(`${arch}, frozen`)!, label);
      }
    },
  });

  Deno.test({
    ...options,
    name: `${name} gives the gradients of wasm${MISSING[name]}`,
    fn: async () => {
      baselineGradients ??= differentiateAll("wasm");
      const expected = await baselineGradients;
      const actual = await differentiateAll(name);
      for (const [label, gradient] of actual) {
        const wanted = expected.get(label)!;
        const largest = wanted.reduce(
          (max, g) => Math.max(max, Math.abs(g)),
          0,
        );
        assert.ok(largest > 0, `${label} has no gradient`);
        assertClose(gradient, wanted, { atol: GRADIENTS * largest }, label);
      }
    },
  });

  Deno.test({
    ...options,
    name: `products() of ${name} equals plain loops${MISSING[name]}`,
    fn: async () => {
      const engine = await startEngine({ engine: name });
      const plain = makePlainEngine();
      try {
        for (
          const [A, B, F] of [[1, 1, 1], [5, 7, 300], [33, 2, 65]] as const
        ) {
          const [a, b] = [makeRows("a", A * F), makeRows("b", B * F)];
          assertClose(
            await engine.products(a, b, F),
            await plain.products(a, b, F),
            PRODUCTS,
            `${A}x${B}x${F}`,
          );
        }
      } finally {
        await engine.dispose();
      }
    },
  });

  Deno.test({
    ...options,
    name: `${name} says what it is, and leaves no tensors${MISSING[name]}`,
    fn: async () => {
      const engine = await startEngine({ engine: name, engineThreads: 1 });
      assert.equal(engine.name, name);
      assert.equal(engine.reason, "asked for by name");
      assert.notEqual(engine.device, "");
      assert.ok(engine.maxTensorBytes >= 128 * 2 ** 20);
      const before = tf.memory().numTensors;
      const model = makeModel(engine, { arch: "alexnet" });
      await model.describe(IMAGES);
      await model.dispose();
      assert.equal(tf.memory().numTensors, before);
      await engine.dispose();
    },
  });

  Deno.test({
    ...options,
    name: `${name} says that it cannot run a graph on such input${
      MISSING[name]
    }`,
    fn: async () => {
      const engine = await startEngine({ engine: name });
      try {
        const session = await engine.createSession(
          writeOnnxNetwork(
            [],
            new Map(),
            describeNetwork("vgg16").normalization,
          ),
        );
        const images = { data: new Float32Array(16), shape: [1, 2, 2, 4] };
        await assert.rejects(session.run({ images }), {
          name: "EngineError",
          message: new RegExp(`^Cannot run a graph on ${name}`),
          where: new RegExp(RegExp.escape(engine.device)),
          fix: "use smaller images or batches, or another engine",
        });
      } finally {
        await engine.dispose();
      }
    },
  });
}

function makeRows(label: string, length: number): Float32Array {
  const random = createRandom(1).fork(label);
  return Float32Array.from({ length }, () => random.nextNormal());
}

/** Asserts that two sets of descriptors of two images agree as engines must. */
function assertAlike(
  actual: Float32Array,
  expected: Float32Array,
  label: string,
): void {
  assertClose(actual, expected, DESCRIPTORS, label);
  const F = actual.length / 2;
  for (const at of [0, F]) {
    let cosine = 0;
    for (let f = at; f < at + F; f++) cosine += actual[f]! * expected[f]!;
    assert.ok(cosine >= LEAST_COSINE, `${label}: cosine ${cosine}`);
  }
}
