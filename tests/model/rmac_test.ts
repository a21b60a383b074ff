import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { describeRegions } from "../../lib/model/describe_parts.ts";
import { maxPool } from "../../lib/model/pooling.ts";
import { layRegions, rmacPool } from "../../lib/model/rmac.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { GOLDEN_REGIONS } from "./aggregators_golden.ts";
import { makeImages, makeModel } from "./make_model.ts";
import { makeWhitening } from "./make_whitening.ts";

Deno.test("layRegions() lays the grids of an independent program", () => {
  assert.ok(GOLDEN_REGIONS.length > 10);
  for (const { H, W, levels, scales } of GOLDEN_REGIONS) {
    assert.deepEqual(layRegions(H, W, levels), scales, `${H}x${W}`);
  }
});

Deno.test("layRegions() covers both sides from end to end, with l regions along the shorter one", () => {
  for (let H = 1; H <= 40; H += 3) {
    for (let W = 1; W <= 40; W += 2) {
      layRegions(H, W, 8).forEach(({ size, tops, lefts }, index) => {
        assert.equal(size, Math.floor(2 * Math.min(H, W) / (index + 2)));
        const shorter = H <= W ? tops : lefts;
        assert.equal(shorter.length, index + 1);
        assert.deepEqual([tops[0], lefts[0]], [0, 0]);
        if (tops.length > 1) assert.equal(tops.at(-1), H - size);
        if (lefts.length > 1) assert.equal(lefts.at(-1), W - size);
      });
    }
  }
});

Deno.test("layRegions() takes the whole image as a region if it is square, and no region of no size", () => {
  assert.deepEqual(layRegions(5, 5, 1), [{ size: 5, tops: [0], lefts: [0] }]);
  assert.equal(layRegions(5, 6, 1)[0]!.lefts.length, 2);
  assert.equal(layRegions(1, 4, 8).length, 1);
  assert.equal(layRegions(2, 4, 8).length, 3);
});

testOnWasm(
  "rmacPool() of one scale is the maximum of a square image after its ReLU",
  async () => {
    const values = Array.from({ length: 2 * 9 * 4 }, (_, i) => Math.sin(7 * i));
    const features = tf.tensor4d(values, [2, 3, 3, 4]);
    const [found, expected] = tf.tidy(() => [
      rmacPool(features, 1),
      maxPool(tf.relu(features)),
    ]);
    assertClose(await found!.data(), await expected!.data(), { atol: 1e-6 });
    tf.dispose([features, found!, expected!]);
  },
);

testOnWasm(
  "describeRegions() gives one unit vector for each region, image by image",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "rmac" });
    const images = makeImages(3, 130, 170);
    const { localLength: D } = model;
    const regions = await describeRegions(model, images);
    const { height, width } = model.frozenSize(images);
    const R = layRegions(height, width, 3)
      .reduce((sum, { tops, lefts }) => sum + tops.length * lefts.length, 0);
    assert.equal(regions.length, 3 * R * D);
    const descriptors = await model.describe(images);
    for (let n = 0; n < 3; n++) {
      const sum = new Float64Array(D);
      for (let r = 0; r < R; r++) {
        const at = (n * R + r) * D;
        const vector = regions.subarray(at, at + D);
        assertClose([Math.hypot(...vector)], [1], { atol: 1e-5 });
        vector.forEach((value, d) => sum[d]! += value);
      }
      const norm = Math.hypot(...sum);
      assertClose(
        descriptors.subarray(n * D, (n + 1) * D),
        sum.map((value) => value / norm),
        { atol: 1e-5 },
      );
    }
    await model.dispose();
  },
);

testOnWasm(
  "a new model of R-MAC does not whiten regions until it is told how",
  async (engine) => {
    const options = { arch: "alexnet", pooling: "rmac" } as const;
    const plain = makeModel(engine, options);
    const model = makeModel(engine, { ...options, rmacWhiten: true });
    const images = makeImages(2, 130, 170);
    const { localLength: D } = model;
    const before = await model.describe(images);
    assert.ok(!plain.needsRegionWhitening && model.needsRegionWhitening);
    assertClose(before, await plain.describe(images), { atol: 1e-5 });
    model.setRegionWhitening(makeWhitening(D, D));
    assert.ok(!model.needsRegionWhitening);
    const after = await model.describe(images);
    assert.ok(after.some((value, i) => Math.abs(value - before[i]!) > 0.01));
    await Promise.all([plain.dispose(), model.dispose()]);
  },
);

testOnWasm(
  "setRegionWhitening() says that a whitening is of another length",
  async (engine) => {
    const model = makeModel(engine, {
      arch: "alexnet",
      pooling: "rmac",
      rmacWhiten: true,
    });
    const { localLength: D } = model;
    assert.throws(() => model.setRegionWhitening(makeWhitening(5, D)), {
      name: "ShapeError",
      where: "argument projection",
      fix: `pass shape [D=${D}, D=${D}]`,
    });
    assert.ok(model.needsRegionWhitening);
    await model.dispose();
  },
);

testOnWasm("createModel() whitens no regions that are not there", async () => {
  await assert.rejects(createModel({ pooling: "max", rmacWhiten: true }), {
    name: "OptionsError",
    where: "rmacWhiten is given, max has no use for it",
  });
});
