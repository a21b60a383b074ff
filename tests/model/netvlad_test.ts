import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { netVlad, type NetVladOptions } from "../../lib/model/netvlad.ts";
import {
  netVladReference,
  type NetVladReferenceParams,
} from "../../lib/model/netvlad_reference.ts";
import { VLAD_NORMS, VLAD_ORDERS } from "../../lib/model/options.ts";
import { assertClose } from "../assert_close.ts";
import { D, FIXED, H, K, toTensors, VARIANTS, W } from "./netvlad_cases.ts";

await useWasmBackend();

/** float32 sums of a few terms against double precision, after three normalisations. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-5 };

/** Multiples of 1/32 in [-2, 2]: exact in float32, so only the sums can differ. */
const value = fc.integer({ min: -64, max: 64 }).map((n) => n / 32);

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

/** Descriptors of images of 2 × 3 local descriptors. */
function runLayer(
  images: number[][][],
  params: NetVladReferenceParams,
  options?: NetVladOptions,
): Float32Array {
  return tf.tidy(() => {
    const features = tf.tensor4d(images.flat(2), [images.length, H, W, D]);
    const vlad = netVlad(features, toTensors(params), options);
    return vlad.dataSync() as Float32Array;
  });
}

for (const options of VARIANTS) {
  const { vladNorm, vladOrder } = options;

  Deno.test(`netVlad(), ${vladNorm} and ${vladOrder}, equals its reference`, () => {
    fc.assert(
      fc.property(cases, ({ locals, ...params }) => {
        assertClose(
          runLayer([locals], params, options),
          netVladReference(locals, params, options),
          FLOAT32,
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });
}

Deno.test("netVlad() is cluster-major and clamped unless asked otherwise", () => {
  const [first] = VARIANTS;
  assert.deepEqual(first, { vladNorm: "clamped", vladOrder: "cluster-major" });
  assert.deepEqual(
    runLayer([FIXED.locals], FIXED),
    runLayer([FIXED.locals], FIXED, first),
  );
});

Deno.test("netVlad(), channel-major, puts value k·D + d at d·K + k", () => {
  const vladNorm = "clamped";
  const [clusters, channels] = VLAD_ORDERS.map((vladOrder) =>
    runLayer([FIXED.locals], FIXED, { vladNorm, vladOrder })
  );
  clusters!.forEach((expected, i) => {
    const [k, d] = [Math.floor(i / D), i % D];
    assertClose([channels![d * K + k]!], [expected], { atol: 1e-7 });
  });
});

Deno.test("netVlad(), smoothed, shrinks short local descriptors and keeps long ones", () => {
  // With one local descriptor of norm s and zero centroids all clusters are alike:
  // a_k x / (‖x‖ + …), so that what floors change is seen before the last norm.
  const zero = {
    assignWeights: Array.from({ length: D }, () => Array(K).fill(0)),
    assignBiases: Array(K).fill(0),
    centroids: Array.from({ length: K }, () => Array(D).fill(0)),
  };
  const smoothed = {
    vladNorm: "smoothed",
    vladOrder: "cluster-major",
  } as const;
  const locals = (length: number): number[][] =>
    Array.from({ length: H * W }, () => [length, 0, 0]);
  for (const length of [1e-7, 1e-6, 1]) {
    const short = locals(length).with(0, [0, 1, 0]);
    assertClose(
      runLayer([short], zero, smoothed),
      netVladReference(short, zero, smoothed),
      FLOAT32,
    );
  }
  const tiny = locals(1e-7).with(0, [0, 1, 0]);
  const [x, y] = runLayer([tiny], zero, smoothed);
  // Five of length 1e-7 / √(1e-14 + 1e-12) = 0.0995 and one of length 1.
  assertClose([x! / y!], [5 * 0.1 / Math.sqrt(1.01)], { rtol: 1e-4 });
  const [u, v] = runLayer([tiny], zero);
  assertClose([u! / v!], [5], { rtol: 1e-4 });
});

Deno.test("netVlad(), smoothed, shrinks clusters of which local descriptors have hardly a share", () => {
  // Shares of e^-14 / 3 = 2.8e-7: a sum of residuals of about 1e-6.
  const params = {
    ...FIXED,
    assignWeights: Array.from({ length: D }, () => Array(K).fill(0)),
    assignBiases: [0, -14, 0, 0],
  };
  const lengths = VLAD_NORMS.map((vladNorm) => {
    const options = { vladNorm, vladOrder: "cluster-major" } as const;
    const vlad = runLayer([FIXED.locals], params, options);
    assertClose(
      vlad,
      netVladReference(FIXED.locals, params, options),
      { rtol: 1e-3, atol: 1e-5 }, // a small difference of small sums
    );
    return Math.hypot(...vlad.subarray(D, 2 * D));
  });
  assertClose([lengths[0]!], [0.5], { rtol: 1e-4 });
  assert.ok(lengths[1]! < 0.45 && lengths[1]! > 0.1, `${lengths}`);
});

Deno.test("netVlad() takes one cluster, whose share of every local descriptor is 1", () => {
  const params = toTensors({
    ...FIXED,
    assignWeights: FIXED.assignWeights.map(([weight]) => [weight!]),
    assignBiases: [0.5],
    centroids: [FIXED.centroids[1]!],
  });
  const vlad = tf.tidy(() => {
    const features = tf.tensor4d(FIXED.locals.flat(), [1, H, W, D]);
    return netVlad(features, params).dataSync();
  });
  const [c] = [FIXED.centroids[1]!];
  const sums = c.map((value, d) =>
    FIXED.locals.reduce(
      (sum, x) => sum + x[d]! / Math.hypot(...x) - value,
      0,
    )
  );
  const norm = Math.hypot(...sums);
  assertClose(vlad, sums.map((sum) => sum / norm), FLOAT32);
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
