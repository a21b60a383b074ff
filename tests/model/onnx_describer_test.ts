import assert from "node:assert/strict";
import { IMAGENET } from "../../lib/model/architectures.ts";
import {
  type OnnxDescriber,
  openOnnxDescriber,
} from "../../lib/model/onnx_describer.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import type { OnnxOptions } from "../../lib/model/onnx_options.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages, makeModel } from "./make_model.ts";
import {
  makeStranger,
  meanColors,
  type Stranger,
  writeModel,
} from "./make_stranger.ts";
import type { Engine } from "../../lib/engine/engine.ts";

/** Means of thousands of float32 numbers up to 255, in any order; of float16 ones. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-4 };
const FLOAT16 = { rtol: 2e-3, atol: 2e-3 };

const toUnit = (byte: number): number => byte / 255;
const toImagenet = (byte: number, c: number): number =>
  (byte / 255 - IMAGENET.mean[c]!) / IMAGENET.std[c]!;

/** Opens a stranger and disposes it. */
function withStranger(
  engine: Engine,
  stranger: Stranger,
  use: (describer: OnnxDescriber) => Promise<void>,
  options: Partial<OnnxOptions> = {},
): Promise<void> {
  return inFolder(async (folder) => {
    const path = await writeModel(folder, makeStranger(stranger));
    const describer = await openOnnxDescriber(path, options, { engine });
    try {
      await use(describer);
    } finally {
      await describer.dispose();
    }
  });
}

testEachEngine(
  (name) => `openOnnxDescriber() gives images as a model takes them on ${name}`,
  (name) =>
    withEngine(name, async (engine) => {
      const images = makeImages(3, 21, 34);
      const [first, last] = [["N", 3, "H", "W"], ["N", "H", "W", 3]];
      const cases: [Stranger, Partial<OnnxOptions>, number[]][] = [
        [{ shape: first }, {}, meanColors(images, toImagenet)],
        [{ shape: first }, { onnxPixels: "unit" }, meanColors(images, toUnit)],
        [{ shape: first }, { onnxPixels: "bytes" }, meanColors(images)],
        [{ shape: last }, {}, meanColors(images)],
        [{ shape: last }, { onnxPixels: "unit" }, meanColors(images, toUnit)],
        [
          { shape: last, metadata: { pixels: "unit" } },
          {},
          meanColors(images, toUnit),
        ],
        [{ shape: first, type: "uint8" }, {}, meanColors(images)],
        [{ shape: last, type: "uint8" }, {}, meanColors(images)],
      ];
      for (const [stranger, options, expected] of cases) {
        await withStranger(engine, stranger, async (describer) => {
          assert.equal(describer.name, "stranger");
          assert.equal(describer.descriptorLength, 3);
          assert.equal(describer.imageSize, undefined);
          const what = JSON.stringify([stranger, options]);
          const actual = await describer.describe(images);
          assertClose(actual, expected, FLOAT32, what);
        }, options);
      }
    }),
);

testEachEngine(
  (name) => `openOnnxDescriber() reads and gives float16 on ${name}`,
  (name) =>
    withEngine(name, async (engine) => {
      const images = makeImages(2, 8, 12);
      const type = "float16";
      await withStranger(
        engine,
        { type, outputs: [{ name: "y", shape: ["N", 3], type }] },
        async (describer) =>
          assertClose(
            await describer.describe(images),
            meanColors(images, toImagenet),
            FLOAT16,
          ),
      );
    }),
);

testEachEngine(
  (name) =>
    `openOnnxDescriber() runs an exported model as the model on ${name}`,
  (name) =>
    withEngine(name, (engine) =>
      inFolder(async (folder) => {
        const model = makeModel(engine, { arch: "alexnet", vladV2: true });
        const onnx = await encodeOnnxModel(model);
        const path = await writeModel(folder, onnx, "own.onnx");
        const describer = await openOnnxDescriber(path, {}, { engine });
        assert.equal(describer.name, "own");
        assert.equal(describer.descriptorLength, model.descriptorLength);
        const images = makeImages(3, 67, 95);
        assertClose(
          await describer.describe(images),
          await model.describe(images),
          { atol: 1e-5 },
        );
        await describer.dispose();
        await model.dispose();
      })),
);

testOnWasm(
  "openOnnxDescriber() keeps to a fixed number of images",
  async (engine) => {
    const images = makeImages(5, 10, 12);
    for (const [batch, runs] of [[1, [1, 1, 1, 1, 1]], [3, [3, 3]]] as const) {
      const watched = watchEngine(engine);
      await withStranger(
        watched.engine,
        { shape: [batch, 3, "H", "W"] },
        async (describer) => {
          assert.equal(
            describer.imagesPerRun({ height: 10, width: 12 }),
            batch,
          );
          assertClose(
            await describer.describe(images),
            meanColors(images, toImagenet),
            FLOAT32,
          );
        },
      );
      assert.deepEqual(watched.runs, runs);
    }
  },
);

testOnWasm(
  "openOnnxDescriber() keeps to a fixed size of images",
  async (engine) => {
    await withStranger(
      engine,
      { shape: ["N", 3, 20, 30] },
      async (describer) => {
        assert.deepEqual(describer.imageSize, { height: 20, width: 30 });
        const images = makeImages(2, 20, 30);
        assertClose(
          await describer.describe(images),
          meanColors(images, toImagenet),
          FLOAT32,
        );
        await assert.rejects(describer.describe(makeImages(2, 30, 20)), {
          name: "ShapeError",
          message: /^Cannot describe images of 20x30/,
          where: /stranger\.onnx, which takes 30x20$/,
          fix: "set resize to 30x20",
        });
      },
    );
  },
);

testOnWasm(
  "openOnnxDescriber() takes the first output that can be descriptors, or the one that is named",
  async (engine) => {
    const images = makeImages(2, 8, 8);
    const expected = meanColors(images, toImagenet);
    const outputs = [
      { name: "ids", shape: ["N", 3], type: "int64" as const },
      { name: "map", shape: ["N", 3, "h", "w"], keep: true },
      { name: "flat", shape: ["N", 3] },
    ];
    const cases: [Stranger["outputs"], Partial<OnnxOptions>, string][] = [
      [outputs, {}, "map"],
      [outputs, { onnxOutput: "flat" }, "flat"],
      [outputs.slice(0, 1).concat(outputs[2]!), {}, "flat"],
      [[{ name: "free", shape: ["N", "F"] }], {}, "free"],
      [[{ name: "map", shape: ["N", 3, 1, 1], keep: true }], {}, "map"],
    ];
    for (const [outputs, options, name] of cases) {
      await withStranger(engine, { outputs: outputs! }, async (describer) => {
        assert.equal(describer.output.name, name);
        assert.equal(describer.descriptorLength, 3);
        assertClose(await describer.describe(images), expected, FLOAT32, name);
      }, options);
    }
  },
);

testOnWasm(
  "openOnnxDescriber() runs as many images at a time as the engine may hold",
  async (engine) => {
    const images = makeImages(5, 10, 12);
    const { engine: limited, runs } = watchEngine(engine, 2 * 10 * 12 * 64 * 4);
    await withStranger(limited, {}, async (describer) => {
      assertClose(
        await describer.describe(images),
        meanColors(images, toImagenet),
        FLOAT32,
      );
      assert.deepEqual(runs, [2, 2, 1]);
    });
  },
);

testOnWasm(
  "openOnnxDescriber() knows a file by its content",
  async (engine) => {
    const identify = async (stranger: Stranger): Promise<string> => {
      let sha256 = "";
      await withStranger(engine, stranger, (describer) => {
        sha256 = describer.sha256;
        return Promise.resolve();
      });
      return sha256;
    };
    const first = await identify({});
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(await identify({}), first);
    assert.notEqual(await identify({ type: "uint8" }), first);
  },
);
