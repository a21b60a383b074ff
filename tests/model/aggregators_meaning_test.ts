import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { aggregate } from "../../lib/model/aggregate.ts";
import { centerPool, centerWeights } from "../../lib/model/center_prior.ts";
import { crowPool } from "../../lib/model/crow.ts";
import { generalizedMean, powerMean } from "../../lib/model/gem.ts";
import {
  type ModelOptions,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import { largestFeatures, meanFeatures } from "../../lib/model/pooling.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeImages, makeModel } from "./make_model.ts";

const FLOAT32 = { atol: 1e-5 };

await useWasmBackend();

/** Features of two images, all positive. */
function makeFeatures(): tf.Tensor4D {
  const values = Array.from(
    { length: 2 * 4 * 5 * 3 },
    (_, i) => Math.abs(Math.sin(3 * i + 1)),
  );
  return tf.tensor4d(values, [2, 4, 5, 3]);
}

testOnWasm(
  "powerMean() is the mean for p = 1, CGD's mean for 3, and nears the maximum",
  async () => {
    const features = makeFeatures();
    const takeMean = (p: number): tf.Tensor2D =>
      powerMean(features, tf.tensor1d([p]));
    for (
      const [p, layer, atol] of [
        [1, meanFeatures, 1e-5],
        [3, generalizedMean, 1e-5],
        [1000, largestFeatures, 5e-3],
      ] as const
    ) {
      const [found, expected] = tf.tidy(() => [takeMean(p), layer(features)]);
      assertClose(await found!.data(), await expected!.data(), { atol });
      tf.dispose([found!, expected!]);
    }
    features.dispose();
  },
);

testOnWasm(
  "powerMean() takes one exponent or one for each channel, and says so",
  async () => {
    const features = makeFeatures();
    const powers = tf.tensor1d([2, 3]);
    assert.throws(() => powerMean(features, powers), {
      name: "ShapeError",
      where: "argument power",
      fix: "pass shape [D=3]",
    });
    tf.dispose([features, powers]);
    await Promise.resolve();
  },
);

Deno.test("centerWeights() falls to exp(-9/2) at the closest border, the same on both sides", () => {
  const [H, W] = [6, 10];
  const weights = centerWeights(H, W);
  const at = (row: number, column: number): number =>
    weights[row * W + column]!;
  // Rows 2 and 3 are half a cell from the centre, which is 3 cells from the border: sigma is 1.
  const half = Math.exp(-1 / 8);
  assertClose([at(2, 4)], [half * half], { atol: 1e-6 });
  assertClose([at(0, 4)], [Math.exp(-(2.5 ** 2) / 2) * half], { atol: 1e-6 });
  for (let row = 0; row < H; row++) {
    for (let column = 0; column < W; column++) {
      assert.equal(at(row, column), at(H - 1 - row, W - 1 - column));
    }
  }
});

testOnWasm(
  "centerPool() gives a mirrored image the same descriptor, a moved one another",
  async () => {
    const features = makeFeatures();
    const [plain, mirrored, moved] = tf.tidy(() => {
      const parts = tf.split(features, [1, 4], 2) as tf.Tensor4D[];
      return [
        centerPool(features),
        centerPool(tf.reverse(features, [1, 2])),
        centerPool(tf.concat(parts.toReversed(), 2)),
      ];
    });
    const values = await plain!.data();
    assertClose(await mirrored!.data(), values, FLOAT32);
    const others = await moved!.data();
    assert.ok(others.some((value, i) => Math.abs(value - values[i]!) > 0.01));
    tf.dispose([features, plain!, mirrored!, moved!]);
  },
);

testOnWasm(
  "crowPool() weighs a rare channel more, and takes negative features for zeros",
  async () => {
    const features = tf.tensor4d([4, 1, 0, 1, 0, 1, -9, 1], [1, 1, 4, 2]);
    const descriptor = tf.tidy(() => crowPool(features));
    // Positions have 5, 1, 1, 1; the channels 1 and 4 of 4 positions.
    const spatial = [5, 1, 1, 1]
      .map((mass) => Math.sqrt(mass / Math.hypot(5, 1, 1, 1)));
    const sums = [
      4 * spatial[0]! * Math.log(5 / 1),
      spatial.reduce((a, b) => a + b) * Math.log(5 / 4),
    ];
    const norm = Math.hypot(...sums);
    assertClose(
      await descriptor.data(),
      sums.map((sum) => sum / norm),
      FLOAT32,
    );
    tf.dispose([features, descriptor]);
  },
);

/** Options of heads with parameters, and those of the head without that they start as. */
const STARTS: [Partial<ModelOptions>, Partial<ModelOptions>][] = [
  [{ pooling: "wgem" }, { pooling: "gem" }],
  [{ pooling: "wgem", gemP: 2.2 }, { pooling: "gem", gemP: 2.2 }],
  [{ pooling: "gem", gemP: 2, gemPower: "learned" }, {
    pooling: "gem",
    gemP: 2,
  }],
  [{ pooling: "gem", gemP: 5, gemPower: "per-channel" }, {
    pooling: "gem",
    gemP: 5,
  }],
  [{ pooling: "wgem", gemP: 4, gemPower: "per-channel" }, {
    pooling: "gem",
    gemP: 4,
  }],
  [{ pooling: "rmac", rmacWhiten: true }, { pooling: "rmac" }],
];

testOnWasm(
  "a head with parameters starts as the one without",
  async (engine) => {
    const images = makeImages(2, 96, 130);
    for (const [learned, plain] of STARTS) {
      const models = [learned, plain]
        .map((head) => makeModel(engine, { arch: "alexnet", ...head }));
      const [found, expected] = await Promise.all(
        models.map((model) => model.describe(images)),
      );
      assertClose(found!, expected!, FLOAT32, JSON.stringify(learned));
      for (const model of models) await model.dispose();
    }
  },
);

Deno.test("aggregate() gives GeM of p = 3 the signs of CGD where p is fixed, and clamps elsewhere", () => {
  const features = tf.tensor4d([-2, 3], [1, 1, 1, 2]);
  const describe = (given: Partial<ModelOptions>, p?: number[]): number[] => {
    const options = resolveModelOptions({ pooling: "gem", ...given });
    const params = p ? [["pool.p", tf.tensor1d(p)]] as const : [];
    return [...aggregate(features, options, new Map(params)).dataSync()];
  };
  const norm = Math.hypot(2, 3);
  assertClose(describe({}), [-2 / norm, 3 / norm], FLOAT32);
  for (
    const clamped of [
      describe({ gemP: 3.5 }),
      describe({ gemP: 5 }),
      describe({ gemPower: "learned" }, [3]),
      describe({ gemPower: "per-channel" }, [3, 3]),
    ]
  ) assertClose(clamped, [1e-6 / 3, 1], { atol: 1e-7, rtol: 1e-5 });
});
