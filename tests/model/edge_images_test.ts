import assert from "node:assert/strict";
import type { Images } from "../../lib/model/model.ts";
import type { ArchName } from "../../lib/model/network.ts";
import { POOLINGS } from "../../lib/model/options.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeModel } from "./make_model.ts";

/** The smallest image that each network leaves one position of. */
const LEAST: [ArchName, number][] = [
  ["alexnet", 31],
  ["vgg16", 16],
  ["squeezenet1_1", 17],
];

function makeConstant(side: number, value: number): Images {
  const pixels = new Uint8Array(side * side * 3).fill(value);
  return { pixels, height: side, width: side };
}

for (const [arch, least] of LEAST) {
  testOnWasm(
    `describe() of ${arch} gives unit descriptors, or zeros, of black, white and smallest images, with each pooling`,
    async (engine) => {
      for (const pooling of POOLINGS) {
        for (const numClusters of pooling === "netvlad" ? [1, 8] : [8]) {
          const model = makeModel(engine, { arch, pooling, numClusters });
          for (const value of [0, 255]) {
            for (const side of [least, least + 20]) {
              const image = makeConstant(side, value);
              const descriptor = await model.describe(image);
              const norm = Math.hypot(...descriptor);
              // A narrow network of random weights may have no active unit left.
              const isUnit = Math.abs(norm - 1) < 1e-5;
              assert.ok(isUnit || norm === 0, `${pooling}: norm ${norm}`);
            }
          }
          await model.dispose();
        }
      }
    },
  );

  testOnWasm(
    `describe() of ${arch} says the smallest size for an image of one pixel, and for one less than it`,
    async (engine) => {
      const model = makeModel(engine, { arch });
      for (const side of [1, least - 1]) {
        await assert.rejects(model.describe(makeConstant(side, 9)), {
          name: "ShapeError",
          where: "option resize",
          fix: `use larger images, at least ${least}x${least}`,
        });
      }
      await model.dispose();
    },
  );
}

testOnWasm(
  "importTensors() refuses a head that is not finite, and keeps the one it has",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 2 });
    const before = await model.exportTensors();
    const broken = await model.exportTensors();
    broken.get("pool.centroids")!.data[1] = NaN;
    assert.throws(() => model.importTensors("run/checkpoint", broken), {
      name: "CheckpointError",
      message: /^Cannot use weights that are not finite/,
      where: "run/checkpoint; not finite: pool.centroids",
    });
    assert.deepEqual(await model.exportTensors(), before);
    await model.dispose();
  },
);
