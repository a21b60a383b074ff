import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import type { Model } from "../../lib/model/model.ts";
import { POOLINGS } from "../../lib/model/options.ts";
import { assertClose } from "../assert_close.ts";
import { makeImages, makeModel } from "./make_model.ts";

const engine = await startEngine({ engine: "wasm" });

/** Components of unit descriptors from two float32 programs. */
const DESCRIPTORS = { atol: 1e-5 };

/** A test on a running engine that leaves no tensors behind. */
function testOnEngine(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const before = tf.memory().numTensors;
      await fn();
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    },
  });
}

async function describeWith(
  model: Model,
  images = makeImages(3, 48, 64),
): Promise<Float32Array> {
  const descriptors = await model.describe(images);
  await model.dispose();
  return descriptors;
}

for (const pooling of POOLINGS) {
  testOnEngine(
    `describe() gives unit vectors by ${pooling}, wherever the network is cut`,
    async () => {
      const frozen = await describeWith(makeModel(engine, { pooling }, null));
      for (const cut of ["conv5_1", "conv3_2", "conv1_1"]) {
        const trained = await describeWith(
          makeModel(engine, { pooling }, cut),
        );
        assertClose(trained, frozen, DESCRIPTORS, cut);
      }
      const F = frozen.length / 3;
      assert.equal(F, pooling === "netvlad" ? 8 * 64 : 64);
      for (let n = 0; n < 3; n++) {
        const descriptor = frozen.subarray(n * F, (n + 1) * F);
        assertClose([Math.hypot(...descriptor)], [1], { atol: 1e-5 });
      }
      assert.notDeepEqual(frozen.subarray(0, F), frozen.subarray(F, 2 * F));
    },
  );
}

/** An engine that says it can hold little, and counts the images of every run. */
function limitEngine(
  maxTensorBytes: number,
): { limited: Engine; runs: number[] } {
  const runs: number[] = [];
  const limited: Engine = {
    ...engine,
    maxTensorBytes,
    createSession: async (onnx) => {
      const session = await engine.createSession(onnx);
      return {
        ...session,
        run: (inputs) => {
          runs.push(inputs.images!.shape[0]!);
          return session.run(inputs);
        },
      };
    },
  };
  return { limited, runs };
}

testOnEngine(
  "describe() runs as many images at a time as the engine can hold, with the same result",
  async () => {
    const images = makeImages(5, 48, 64);
    const whole = limitEngine(1 << 30);
    const expected = await describeWith(makeModel(whole.limited), images);
    assert.deepEqual(whole.runs, [5]);

    const bytesPerImage = 48 * 64 * 8 * 4; // after conv1_1
    for (
      const [bytes, runs] of [
        [2.5 * bytesPerImage, [2, 2, 1]],
        [1, [1, 1, 1, 1, 1]],
      ] as const
    ) {
      const small = limitEngine(bytes);
      const actual = await describeWith(makeModel(small.limited), images);
      assert.deepEqual(small.runs, runs);
      assert.deepEqual(actual, expected);
    }
  },
);

testOnEngine(
  "describeLocally() gives unit local descriptors, which netVlad() would aggregate",
  async () => {
    const images = makeImages(2, 48, 64);
    for (const cut of [null, "conv5_1"]) {
      const model = makeModel(engine, { pooling: "avg" }, cut);
      const local = await model.describeLocally(images, "normalized");
      assert.equal(model.localLength, 64);
      assert.equal(local.length, 2 * 3 * 4 * 64);
      for (let at = 0; at < local.length; at += 64) {
        const norm = Math.hypot(...local.subarray(at, at + 64));
        assertClose([norm], [1], { atol: 1e-5 });
      }
      await model.dispose();
    }
  },
);

testOnEngine("frozenSize() is the size of runFrozen()'s features", async () => {
  const images = makeImages(2, 50, 70);
  for (const cut of [null, "conv5_1", "conv2_1"]) {
    const model = makeModel(engine, {}, cut);
    const { height, width, channels } = model.frozenSize(images);
    const features = await model.runFrozen(images);
    assert.deepEqual(features.tensor.shape, [2, height, width, channels]);
    features.dispose();
    await model.dispose();
  }
});

testOnEngine(
  "imagesPerTrainedRun() counts what is behind the cut only",
  async () => {
    const { limited } = limitEngine(48 * 64 * 8 * 4);
    const model = makeModel(limited, {}, "conv5_1");
    assert.equal(model.imagesPerRun({ height: 48, width: 64 }), 1);
    const features = { shape: [12, 3, 4, 64] };
    assert.equal(
      model.imagesPerTrainedRun(features),
      (48 * 64 * 8) / (3 * 4 * 64),
    );
    await model.dispose();
  },
);

testOnEngine("variables are what is behind the cut, and the head", async () => {
  const namesOf = async (model: Model): Promise<string[]> => {
    const names = [...model.variables.keys()];
    await model.dispose();
    return names;
  };
  assert.deepEqual(await namesOf(makeModel(engine, { arch: "alexnet" })), [
    "features.10.weight",
    "features.10.bias",
    "pool.centroids",
    "pool.conv.weight",
  ]);
  assert.deepEqual(
    await namesOf(
      makeModel(engine, { arch: "alexnet", vladV2: true }, null),
    ),
    ["pool.centroids", "pool.conv.weight", "pool.conv.bias"],
  );
  assert.deepEqual(
    await namesOf(makeModel(engine, { pooling: "max" }, null)),
    [],
  );
});

testOnEngine(
  "exportTensors() gives what importTensors() takes, to the bit",
  async () => {
    const images = makeImages(2, 48, 64);
    const changed = makeModel(engine);
    for (const variable of changed.variables.values()) {
      tf.tidy(() => variable.assign(tf.mul(variable, 1.25)));
    }
    const tensors = await changed.exportTensors();
    assert.deepEqual(tensors.get("pool.conv.weight")!.shape, [8, 64, 1, 1]);
    assert.deepEqual(tensors.get("features.28.weight")!.shape, [64, 64, 3, 3]);
    const expected = await describeWith(changed, images);

    const model = makeModel(engine);
    assert.notDeepEqual(await model.describe(images), expected);
    model.importTensors("a checkpoint", tensors);
    assert.deepEqual(await model.exportTensors(), tensors);
    assert.deepEqual(await describeWith(model, images), expected);
  },
);

testOnEngine(
  "importTensors() names every tensor that is missing or misshapen",
  async () => {
    const model = makeModel(engine);
    const tensors = await model.exportTensors();
    tensors.delete("features.28.bias");
    tensors.set("pool.centroids", {
      shape: [2, 2],
      data: new Float32Array(4),
    });
    assert.throws(() => model.importTensors("best.safetensors", tensors), {
      name: "CheckpointError",
      where:
        /best\.safetensors; missing: features\.28\.bias; misshapen: pool\.centroids/,
    });
    await model.dispose();
  },
);

testOnEngine(
  "setCentroids() keeps the centroids and sharpens the assignment",
  async () => {
    const model = makeModel(engine, { numClusters: 2 });
    const unit = (index: number): Float32Array =>
      Float32Array.from({ length: 64 }, (_, d) => d === index ? 1 : 0);
    const centroids = new Float32Array([...unit(0), ...unit(1)]);
    model.setCentroids(centroids, unit(0));
    const tensors = await model.exportTensors();
    assert.deepEqual(tensors.get("pool.centroids")!.data, centroids);
    const alpha = -Math.log(0.01); // the gap of the one descriptor is 1 − 0
    assertClose(
      tensors.get("pool.conv.weight")!.data,
      centroids.map((value) => alpha * value),
      { rtol: 1e-6 },
    );
    await model.dispose();
  },
);

testOnEngine(
  "setCentroids() says what width and number it wants",
  async () => {
    const model = makeModel(engine);
    assert.throws(
      () => model.setCentroids(new Float32Array(8 * 63), new Float32Array(64)),
      {
        name: "ShapeError",
        where: "argument centroids",
        fix: /\[K=8, D=64\]/,
      },
    );
    await model.dispose();
  },
);

testOnEngine(
  "describe() refuses pixels that are not whole images, and images that are too small",
  async () => {
    const model = makeModel(engine);
    const images = makeImages(1, 48, 64);
    for (
      const pixels of [images.pixels.subarray(1), new Uint8Array(0)]
    ) {
      await assert.rejects(model.describe({ ...images, pixels }), {
        name: "ShapeError",
        where: "argument images",
      });
    }
    await assert.rejects(model.describe(makeImages(1, 8, 64)), {
      name: "ShapeError",
      message: /^Cannot encode images of 64x8/,
    });
    await model.dispose();
  },
);
