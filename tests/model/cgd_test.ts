import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { CGD } from "../../lib/model/aggregators/cgd.ts";
import {
  classifyByCgd,
  describeByCgd,
  measureChannels,
  moveRunningStatistics,
  runningStatistics,
} from "../../lib/model/cgd.ts";
import {
  cgdReference,
  classifyReference,
} from "../../lib/model/cgd_reference.ts";
import { resolveModelOptions } from "../../lib/model/options.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { type CgdCase, makeCgdCase } from "./make_cgd_case.ts";

await useWasmBackend();

/** Unit vectors and logits of a few units in float32. */
const FLOAT32 = { rtol: 1e-5, atol: 2e-6 };

const COMBINATIONS = ["S", "M", "G", "SG", "GS", "MG", "SMG", "GMS"];

function describe({ features, letters, params }: CgdCase): number[] {
  return tf.tidy(() => {
    const pooling = `cgd:${letters}` as const;
    const output = describeByCgd(tf.tensor4d(features), { pooling }, params());
    return [...output.descriptors.dataSync()];
  });
}

for (const letters of COMBINATIONS) {
  Deno.test(`describeByCgd() of ${letters} equals plain loops`, () => {
    const example = makeCgdCase(letters);
    const expected = example.features.flatMap((image) =>
      cgdReference(image.flat(), letters, example.lists).descriptor
    );
    assertClose(describe(example), expected, FLOAT32);
  });
}

Deno.test("describeByCgd() gives each global descriptor the same weight", () => {
  const example = makeCgdCase("SMG");
  const squares = describe(example).map((value) => value ** 2);
  const sums = [0, 1, 2].map((part) =>
    squares.slice(2 * part, 2 * part + 2).reduce((a, b) => a + b)
  );
  assertClose(sums, [1 / 3, 1 / 3, 1 / 3], FLOAT32);
});

Deno.test("describeByCgd() has finite gradients where channels, or all of an image, are zero", () => {
  const example = makeCgdCase("GSM");
  for (const image of example.features) {
    image.flat().forEach((row) => row[1] = 0);
  }
  for (const row of example.features[0]!.flat()) row.fill(0);
  const pooling = "cgd:GSM" as const;
  const slope = tf.tidy(() =>
    tf.grad((x) => {
      const { descriptors, pooled } = describeByCgd(
        x as tf.Tensor4D,
        { pooling },
        example.params(),
      );
      const logits = classifyByCgd(
        pooled,
        measureChannels(pooled),
        example.params(),
      );
      return tf.add(tf.sum(tf.square(logits)), tf.sum(descriptors));
    })(tf.tensor4d(example.features)).dataSync()
  );
  assert.ok(slope.every(Number.isFinite));
  assert.ok(slope.some((value) => value !== 0));
});

Deno.test("classifyByCgd() by the statistics of the batch equals plain loops", () => {
  const { features, letters, lists, params } = makeCgdCase("SG");
  const pooled = features.map((image) =>
    cgdReference(image.flat(), letters, lists).pooled
  );
  const logits = tf.tidy(() => {
    const rows = tf.tensor2d(pooled);
    return classifyByCgd(rows, measureChannels(rows), params()).dataSync();
  });
  assertClose(logits, classifyReference(pooled, lists).flat(), FLOAT32);
});

Deno.test("classifyByCgd() by running statistics takes each image by itself", () => {
  const { params } = makeCgdCase("S");
  const [one, all] = tf.tidy(() => {
    const rows = tf.tensor2d([[1, 2, 3], [-1, 0, 5], [2, 2, 2]]);
    const statistics = {
      mean: tf.tensor1d([1, 0, 2]),
      variance: tf.tensor1d([4, 1, 0.25]),
    };
    const some = tf.slice(rows, [1, 0], [1, 3]);
    return [some, rows].map((
      x,
    ) => [...classifyByCgd(x, statistics, params()).dataSync()]);
  });
  assertClose(one!, all!.slice(2, 4), FLOAT32);
});

Deno.test("moveRunningStatistics() keeps 9/10 of them and the unbiased variance", () => {
  const buffers = new Map([
    ["auxiliary_module.0.running_mean", tf.variable(tf.tensor1d([1, 0]))],
    ["auxiliary_module.0.running_var", tf.variable(tf.tensor1d([1, 3]))],
  ]);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const rows = tf.tensor2d([[1, 0], [3, 0], [2, 0]]);
    moveRunningStatistics(buffers, measureChannels(rows), 3);
  });
  assert.equal(tf.memory().numTensors, before);
  const { mean, variance } = runningStatistics(buffers);
  assertClose(mean.dataSync(), [0.9 + 0.2, 0], FLOAT32);
  assertClose(variance.dataSync(), [0.9 + 0.1, 2.7], FLOAT32);
  tf.dispose([...buffers.values()]);
});

Deno.test("CGD has an auxiliary head where there are classes alone, its statistics not trained", () => {
  const plain = resolveModelOptions({ pooling: "cgd:SG", cgdLength: 10 });
  assert.deepEqual([...CGD.shapes(plain, 7)], [
    ["main_modules.0.0.weight", [5, 7]],
    ["main_modules.1.0.weight", [5, 7]],
  ]);
  assert.deepEqual(CGD.buffers!(plain), []);
  const trained = { ...plain, cgdClasses: 3 };
  assert.deepEqual([...CGD.shapes(trained, 7)].slice(2), [
    ["auxiliary_module.0.weight", [7]],
    ["auxiliary_module.0.bias", [7]],
    ["auxiliary_module.0.running_mean", [7]],
    ["auxiliary_module.0.running_var", [7]],
    ["auxiliary_module.1.weight", [3, 7]],
    ["auxiliary_module.1.bias", [3]],
  ]);
  assert.deepEqual(CGD.buffers!(trained), [
    "auxiliary_module.0.running_mean",
    "auxiliary_module.0.running_var",
  ]);
  assert.equal(CGD.descriptorLength(trained, 7), 10);
});

Deno.test("CGD starts as PyTorch does: linear layers uniform within 1/√D, each its own", () => {
  const options = resolveModelOptions({
    pooling: "cgd:SG",
    cgdLength: 200,
    cgdClasses: 40,
  });
  const start = (seed: number): Map<string, Float32Array> =>
    new Map(
      [...CGD.start(options, 25, createRandom(seed))]
        .map(([name, { data }]) => [name, data]),
    );
  const first = start(1);
  for (const [name, data] of first) {
    if (name.startsWith("auxiliary_module.0.")) continue;
    const sorted = data.toSorted();
    assert.ok(sorted[0]! >= -0.2 && sorted.at(-1)! <= 0.2, name);
    assert.ok(sorted[0]! < -0.17 && sorted.at(-1)! > 0.17, name);
    const mean = data.reduce((sum, value) => sum + value) / data.length;
    assert.ok(Math.abs(mean) < 0.06, name);
  }
  assert.notDeepEqual(
    first.get("main_modules.0.0.weight"),
    first.get("main_modules.1.0.weight"),
  );
  assert.deepEqual(start(1), first);
  assert.notDeepEqual(start(2), first);
  const values = (name: string): Set<number> =>
    new Set(first.get(`auxiliary_module.0.${name}`));
  for (const name of ["weight", "running_var"]) {
    assert.deepEqual(values(name), new Set([1]));
  }
  for (const name of ["bias", "running_mean"]) {
    assert.deepEqual(values(name), new Set([0]));
  }
});

Deno.test("describeByCgd() and classifyByCgd() free everything but their results", () => {
  const { features, params } = makeCgdCase("SMG");
  const tensors = params();
  const x = tf.tensor4d(features);
  const before = tf.memory().numTensors;
  const output = describeByCgd(x, { pooling: "cgd:SMG" }, tensors);
  const statistics = measureChannels(output.pooled);
  const logits = classifyByCgd(output.pooled, statistics, tensors);
  assert.equal(tf.memory().numTensors, before + 5);
  tf.dispose([output, statistics, logits]);
  assert.equal(tf.memory().numTensors, before);
  tf.dispose([x, ...tensors.values()]);
});

Deno.test("describeByCgd() names features of another rank", () => {
  const { params } = makeCgdCase("S");
  tf.tidy(() => {
    const rows = tf.zeros([2, 3]) as tf.Tensor as tf.Tensor4D;
    assert.throws(
      () => describeByCgd(rows, { pooling: "cgd:S" }, params()),
      { name: "ShapeError", where: "argument features" },
    );
  });
});
