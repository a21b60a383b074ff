import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { netVlad, type NetVladParams } from "../../lib/model/netvlad.ts";
import {
  netVladReference,
  type NetVladReferenceParams,
} from "../../lib/model/netvlad_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";

await useWasmBackend();

/** float32 sums of a few terms against double precision, after three normalisations. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-5 };

/** Multiples of 1/32 in [-2, 2]: exact in float32, so only the sums can differ. */
const value = fc.integer({ min: -64, max: 64 }).map((n) => n / 32);

const [H, W, D, K] = [2, 3, 3, 4];

function rows(count: number, length: number): fc.Arbitrary<number[][]> {
  const row = fc.array(value, { minLength: length, maxLength: length });
  return fc.array(row, { minLength: count, maxLength: count });
}

/** One image of 2 × 3 local descriptors, and a layer. */
const cases = fc.record({
  locals: rows(H * W, D),
  assignWeights: rows(D, K),
  assignBiases: rows(1, K).map(([row]) => row!),
  centroids: rows(K, D),
});

function toTensors(params: NetVladReferenceParams): NetVladParams {
  return {
    assignWeights: tf.tensor2d(params.assignWeights),
    assignBiases: tf.tensor1d(params.assignBiases),
    centroids: tf.tensor2d(params.centroids),
  };
}

/** Descriptors of images of 2 × 3 local descriptors. */
function runLayer(
  images: number[][][],
  params: NetVladReferenceParams,
): Float32Array {
  return tf.tidy(() => {
    const features = tf.tensor4d(images.flat(2), [images.length, H, W, D]);
    return netVlad(features, toTensors(params)).dataSync() as Float32Array;
  });
}

Deno.test("netVlad() equals its reference", () => {
  fc.assert(
    fc.property(cases, ({ locals, ...params }) => {
      assertClose(
        runLayer([locals], params),
        netVladReference(locals, params),
        FLOAT32,
      );
    }),
    { seed: 1, numRuns: 50 },
  );
});

Deno.test("netVlad() does not depend on the order or the scale of positions", () => {
  fc.assert(
    fc.property(cases, ({ locals, ...params }) => {
      const changed = locals.toReversed()
        .map((x, p) => x.map((v) => v * (p + 1)));
      assertClose(
        runLayer([changed], params),
        runLayer([locals], params),
        FLOAT32,
      );
    }),
    { seed: 2, numRuns: 50 },
  );
});

Deno.test("netVlad() describes each image of a batch on its own, by a unit vector", () => {
  fc.assert(
    fc.property(cases, rows(H * W, D), ({ locals, ...params }, others) => {
      const both = runLayer([others, locals], params);
      assertClose(
        both.subarray(K * D),
        runLayer([locals], params),
        FLOAT32,
      );
      for (const at of [0, K * D]) {
        assertClose([Math.hypot(...both.subarray(at, at + K * D))], [1], {
          atol: 1e-5,
        });
      }
    }),
    { seed: 3, numRuns: 25 },
  );
});

Deno.test("netVlad() takes a bias that is the same for all clusters as none", () => {
  fc.assert(
    fc.property(cases, ({ locals, ...params }) => {
      const { assignBiases: _, ...unbiased } = toTensors(params);
      const without = tf.tidy(() =>
        netVlad(tf.tensor4d(locals.flat(), [1, H, W, D]), unbiased).dataSync()
      );
      const biased = { ...params, assignBiases: Array(K).fill(0.5) };
      assertClose(runLayer([locals], biased), without, FLOAT32);
    }),
    { seed: 4, numRuns: 25 },
  );
});

/** A case whose values are all different. */
const FIXED = {
  locals: Array.from(
    { length: H * W },
    (_, p) => Array.from({ length: D }, (_, d) => Math.sin(3 * p + d + 1)),
  ),
  assignWeights: Array.from(
    { length: D },
    (_, d) => Array.from({ length: K }, (_, k) => Math.cos(2 * d + k)),
  ),
  assignBiases: [0.5, -0.25, 0.125, 0],
  centroids: Array.from(
    { length: K },
    (_, k) => Array.from({ length: D }, (_, d) => Math.sin(k - 2 * d) / 2),
  ),
};

Deno.test("netVlad() has the gradient of its reference", () => {
  const probe = Array.from({ length: K * D }, (_, i) => Math.cos(i)); // fixed direction
  const loss = (): number =>
    netVladReference(FIXED.locals, FIXED)
      .reduce((sum, v, i) => sum + v * probe[i]!, 0);
  const { assignWeights, assignBiases, centroids } = toTensors(FIXED);
  const gradients = tf.tidy(() =>
    tf.grads((x, assignWeights, assignBiases, centroids) =>
      tf.sum(tf.mul(
        netVlad(x as tf.Tensor4D, {
          assignWeights: assignWeights as tf.Tensor2D,
          assignBiases: assignBiases as tf.Tensor1D,
          centroids: centroids as tf.Tensor2D,
        }),
        tf.tensor2d([probe]),
      ))
    )([
      tf.tensor4d(FIXED.locals.flat(), [1, H, W, D]),
      assignWeights,
      assignBiases!,
      centroids,
    ]).map((gradient) => gradient.dataSync())
  );
  [
    FIXED.locals,
    FIXED.assignWeights,
    [FIXED.assignBiases],
    FIXED.centroids,
  ].forEach((parameter, i) => {
    const expected = parameter.flatMap((row) => centralDifferences(row, loss));
    assertClose(gradients[i]!, expected, { rtol: 1e-4, atol: 1e-5 });
  });
});

Deno.test("netVlad() stays finite, gradients too, where all features or residuals are zero", () => {
  const params = toTensors({
    ...FIXED,
    centroids: FIXED.centroids.map((c) => c.map(() => 0)),
  });
  const results = tf.tidy(() => {
    const run = (x: tf.Tensor): tf.Tensor => netVlad(x as tf.Tensor4D, params);
    const zeros = tf.zeros([1, H, W, D]);
    const slope = tf.grad((x) => tf.sum(run(x)))(zeros);
    return [...run(zeros).dataSync(), ...slope.dataSync()];
  });
  assert.ok(results.every((x) => x === 0));
});

Deno.test("netVlad() says which shape is wrong and which is right", () => {
  const params = toTensors({ ...FIXED, centroids: [[1, 2], [3, 4]] });
  assert.throws(() => netVlad(tf.zeros([1, H, W, D]), params), {
    name: "ShapeError",
    where: "argument centroids",
    fix: /^pass shape \[K, D=3\]/,
  });
  assert.throws(
    () => netVlad(tf.zeros([1, H, W, 2]), { ...params }),
    { where: "argument assignWeights", fix: "pass shape [D=2, K=2]" },
  );
});

Deno.test("netVlad() frees everything but its result", () => {
  const features = tf.zeros<tf.Rank.R4>([1, H, W, D]);
  const params = toTensors(FIXED);
  const before = tf.memory().numTensors;
  netVlad(features, params).dispose();
  assert.equal(tf.memory().numTensors, before);
});
