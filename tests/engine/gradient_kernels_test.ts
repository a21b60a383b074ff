import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { createRandom } from "../../lib/random.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

/** float32 sums of a few hundred products of numbers around 1. */
const TOLERANCE = 1e-4;

interface Case {
  input: [number, number, number, number];
  filter: [number, number, number, number];
  stride: number;
  pad: number;
}

const CASES: Case[] = [
  { input: [2, 6, 7, 3], filter: [3, 3, 3, 5], stride: 1, pad: 1 },
  { input: [1, 9, 8, 2], filter: [3, 3, 2, 4], stride: 2, pad: 0 },
  { input: [2, 12, 11, 3], filter: [5, 5, 3, 2], stride: 4, pad: 2 },
  { input: [3, 4, 5, 6], filter: [1, 1, 6, 7], stride: 1, pad: 0 },
  { input: [2, 7, 6, 3], filter: [2, 3, 3, 4], stride: 2, pad: 1 },
  { input: [1, 9, 10, 2], filter: [2, 2, 2, 3], stride: 3, pad: 1 },
];

testEachEngine(
  (name) =>
    `convolution gradients on ${name} equal TensorFlow.js's plain loops`,
  async (name) => {
    await tf.setBackend("cpu");
    const expected: Awaited<ReturnType<typeof gradients>>[] = [];
    for (const one of CASES) expected.push(await gradients(one));
    await withEngine(name, async () => {
      for (const [i, one] of CASES.entries()) {
        const before = tf.memory().numTensors;
        const actual = await gradients(one);
        assert.equal(tf.memory().numTensors, before, "tensors leaked");
        for (const part of ["input", "filter"] as const) {
          assertClose(actual[part], expected[i]![part], `${part} of case ${i}`);
        }
      }
    });
  },
  ["wasm", "webgpu"],
);

testEachEngine(
  (name) =>
    `maxPool() on ${name} has the gradient of plain loops, also where no value is positive`,
  async (name) => {
    const gradients = async (): Promise<number[][]> => {
      const all: number[][] = [];
      for (const [size, stride] of [[2, 2], [3, 2], [3, 1]] as const) {
        for (const shift of [0, -10]) {
          const gradient = tf.tidy(() => {
            const x = tf.add(values([2, 8, 9, 3], "x"), shift);
            return tf.grad((x: tf.Tensor) => {
              const y = tf.maxPool(x as tf.Tensor4D, size, stride, "valid");
              return tf.sum(tf.mul(y, values(y.shape, "r")));
            })(x);
          });
          all.push([...await gradient.data()]);
          gradient.dispose();
        }
      }
      return all;
    };
    await tf.setBackend("cpu");
    const expected = await gradients();
    await withEngine(name, async () => {
      const before = tf.memory().numTensors;
      const actual = await gradients();
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
      actual.forEach((row, i) => assertClose(row, expected[i]!, `case ${i}`));
    });
  },
  ["wasm", "webgpu"],
);

testEachEngine(
  (name) =>
    `matMul() on ${name} equals TensorFlow.js's plain loops for every transpose and stack`,
  async (name) => {
    const results = async (): Promise<number[][]> => {
      const all: number[][] = [];
      for (const stacks of [[1, 1], [3, 3], [3, 1], [1, 3]] as const) {
        for (
          const [ta, tb] of [[false, false], [true, false], [false, true], [
            true,
            true,
          ]]
        ) {
          const a = values(
            stacks[0] === 1 && !ta
              ? [1, 4, 5]
              : [stacks[0], ...(ta ? [5, 4] : [4, 5])],
            "a",
          );
          const b = values([stacks[1], ...(tb ? [6, 5] : [5, 6])], "b");
          const product = tf.matMul(a, b, ta, tb);
          all.push([...await product.data(), ...product.shape]);
          tf.dispose([a, b, product]);
        }
      }
      return all;
    };
    await tf.setBackend("cpu");
    const expected = await results();
    await withEngine(name, async () => {
      const before = tf.memory().numTensors;
      const actual = await results();
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
      actual.forEach((row, i) =>
        assertClose(row, expected[i]!, `product ${i}`)
      );
    });
  },
  ["wasm", "webgpu"],
);

/** Gradients of Σ conv(x, w) · r for fixed random x, w and r. */
async function gradients(
  { input, filter, stride, pad }: Case,
): Promise<{ input: Float32Array; filter: Float32Array }> {
  const tensors = tf.tidy(() => {
    const loss = (x: tf.Tensor, w: tf.Tensor): tf.Scalar => {
      const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
      return tf.sum(tf.mul(y, values(y.shape, "r")));
    };
    return tf.grads(loss)([values(input, "x"), values(filter, "w")]);
  });
  const [dx, dw] = await Promise.all(tensors.map((t) => t.data()));
  tf.dispose(tensors);
  return { input: dx as Float32Array, filter: dw as Float32Array };
}

function values(shape: readonly number[], label: string): tf.Tensor {
  const random = createRandom(1).fork(label);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.nextNormal()),
    [...shape],
  );
}

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <=
        TOLERANCE * (1 + Math.abs(expected[i]!)),
      `${what}[${i}]: ${actual[i]} is not ${expected[i]}`,
    );
  }
}
