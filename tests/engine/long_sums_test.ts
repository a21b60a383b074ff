/** How exact sums of many float32 products are on the backends that train. */
import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { createRandom } from "../../lib/random.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

/**
 * Root of the mean squared error, in units of 2^-24 of that of the values. At
 * most 1.1 was measured on WASM, 1.6 on WebGPU, whatever the length of the sums;
 * PyTorch's convolutions on a CPU have 2 to 4. Adding 4608 terms one after the
 * other in float32 has 14.
 */
const MOST_ERROR = 2;

/** Rows and columns, input and output channels; the last has long sums in the filter's gradient. */
const CONVOLUTIONS = [
  [5, 512, 16],
  [5, 254, 7],
  [48, 4, 8],
  [262, 3, 2],
] as const;

/** TensorFlow.js adds up on WebGPU by threads, and these by a tree. */
const MOST_ERROR_OF_TREE = 5;

for (const engine of ["wasm", "webgpu"] as const) {
  const test = (sentence: string, fn: () => Promise<void>): void =>
    testEachEngine(
      (name) => `${sentence} on ${name}`,
      (name) => withEngine(name, fn),
      [engine],
    );

  for (const [H, C, D] of CONVOLUTIONS) {
    test(`conv2d() ${C} to ${D} channels at ${H}x${H} is near double precision, and so are its gradients`, async () => {
      const x = numbers(H * H * C, "x").map((value) => Math.max(value, 0));
      const filter = numbers(9 * C * D, "filter");
      const dy = numbers(H * H * D, "dy");
      const expected = convolveReference({ x, filter, dy }, { H, C, D });
      const results = tf.tidy(() => {
        const slope = tf.tensor4d(dy, [1, H, H, D]);
        const inputs = [
          tf.tensor4d(x, [1, H, H, C]),
          tf.tensor4d(filter, [3, 3, C, D]),
        ];
        const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 1);
        return [
          convolve(inputs[0]!, inputs[1]!),
          ...tf.grads(convolve)(inputs, slope),
        ];
      });
      const [y, ofInput, ofFilter] = await Promise.all(
        results.map((result) => result.data()),
      );
      tf.dispose(results);
      assertExact(y!, expected.y, "output");
      assertExact(ofInput!, expected.ofInput, "gradient of the input");
      assertExact(ofFilter!, expected.ofFilter, "gradient of the filter");
    });
  }

  for (
    const [R, S, T] of [[20, 4608, 24], [7, 5000, 13], [1, 5000, 13]] as const
  ) {
    test(`matMul() of ${R}x${S} and ${S}x${T} is near double precision`, async () => {
      const a = numbers(R * S, "a");
      const b = numbers(S * T, "b");
      const expected = new Float64Array(R * T);
      expected.forEach((_, i) => {
        const [r, t] = [Math.floor(i / T), i % T];
        for (let s = 0; s < S; s++) {
          expected[i]! += a[r * S + s]! * b[s * T + t]!;
        }
      });
      const results = tf.tidy(() => {
        const left = tf.tensor2d(a, [R, S]);
        const right = tf.tensor2d(b, [S, T]);
        return [
          tf.matMul(left, right),
          tf.matMul(tf.transpose(left), right, true),
          tf.matMul(left, tf.transpose(right), false, true),
        ];
      });
      for (const result of results) {
        assertExact(await result.data(), expected, "product");
      }
      tf.dispose(results);
    });
  }

  test("sum() and mean() over positions are near double precision", async () => {
    const [P, C] = [40_000, 8];
    const values = numbers(P * C, "values").map((value) => value + 1);
    const expected = new Float64Array(C);
    values.forEach((value, i) => {
      expected[i % C]! += value;
    });
    const [sum, mean] = tf.tidy(() => {
      const x = tf.tensor3d(values, [200, P / 200, C]);
      return [tf.sum(x, [0, 1], true), tf.mul(tf.mean(x, [0, 1]), P)];
    });
    assert.deepEqual(sum!.shape, [1, 1, C]);
    assertExact(await sum!.data(), expected, "sum", MOST_ERROR_OF_TREE);
    assertExact(await mean!.data(), expected, "mean", MOST_ERROR_OF_TREE);
    tf.dispose([sum!, mean!]);
  });
}

/** `[1, H, H, C]` by `[3, 3, C, D]`, with zeros around, and its gradients for `dy`. */
function convolveReference(
  { x, filter, dy }: Record<"x" | "filter" | "dy", Float32Array>,
  { H, C, D }: { H: number; C: number; D: number },
): Record<"y" | "ofInput" | "ofFilter", Float64Array> {
  const y = new Float64Array(dy.length);
  const ofInput = new Float64Array(x.length);
  const ofFilter = new Float64Array(filter.length);
  const inside = (place: number): boolean => place >= 0 && place < H;
  for (let position = 0; position < H * H; position++) {
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(position / H) + Math.floor(tap / 3) - 1;
      const column = position % H + tap % 3 - 1;
      if (!inside(row) || !inside(column)) continue;
      for (let c = 0; c < C; c++) {
        const from = (row * H + column) * C + c;
        for (let d = 0; d < D; d++) {
          const weight = (tap * C + c) * D + d;
          const to = position * D + d;
          y[to]! += x[from]! * filter[weight]!;
          ofInput[from]! += dy[to]! * filter[weight]!;
          ofFilter[weight]! += dy[to]! * x[from]!;
        }
      }
    }
  }
  return { y, ofInput, ofFilter };
}

function assertExact(
  actual: ArrayLike<number>,
  expected: Float64Array,
  what: string,
  most = MOST_ERROR,
): void {
  assert.equal(actual.length, expected.length, what);
  const size = (values: Float64Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  const errors = expected.map((value, i) => actual[i]! - value);
  const error = size(errors) / size(expected) * 2 ** 24;
  assert.ok(error < most, `${what}: an error of ${error}`);
}

function numbers(count: number, label: string): Float32Array {
  const random = createRandom(5).fork(label);
  return Float32Array.from({ length: count }, () => random.nextNormal());
}
