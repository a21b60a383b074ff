import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import { useWhitening } from "../../lib/model/use_whitening.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import { writeWeights } from "../../lib/model/weights/own_weights.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../lib/model/weights/safetensors.ts";
import {
  readWhitening,
  writeWhitening,
} from "../../lib/model/weights/whitening_file.ts";
import { assertClose } from "../assert_close.ts";
import { inFolder } from "../in_folder.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeImages, makeModel } from "./make_model.ts";
import { makeStranger, writeModel } from "./make_stranger.ts";
import { makeWhitening } from "./make_whitening.ts";

const GEM = { arch: "alexnet", pooling: "gem", gemP: 4 } as const;
/** Of that model, narrowed by 8. */
const F = 32;
const IMAGES = makeImages(2, 67, 67);

/** Weights of that model with a whitening to 5 values, in a folder. */
async function writeWhitened(engine: Engine, folder: string): Promise<string> {
  const path = join(folder, "whitened.safetensors");
  const model = makeModel(engine, GEM);
  model.setWhitening(makeWhitening(5, F));
  await writeWeights(path, model, await model.exportTensors());
  await model.dispose();
  return path;
}

testOnWasm(
  "createModel() describes as the whitened model did whose weights it is given",
  (engine) =>
    inFolder(async (folder) => {
      const weights = join(folder, "whitened.safetensors");
      const whitening = makeWhitening(5, F);
      const model = makeModel(engine, GEM);
      model.setWhitening(whitening);
      const described = await model.describe(IMAGES);
      assert.equal(described.length, 2 * 5);
      await writeWeights(weights, model, await model.exportTensors());

      const { whitening: found } = await readEncoderWeights(weights);
      assert.deepEqual(found, whitening);
      const again = await createModel({ weights }, { engine });
      assert.equal(again.options.gemP, 4);
      assert.deepEqual(again.whitening, whitening);
      assertClose(await again.describe(IMAGES), described, { atol: 1e-5 });

      useWhitening(again, { cropLength: 3 });
      assert.equal(again.descriptorLength, 3);
      assert.equal((await again.describe(IMAGES)).length, 2 * 3);
      await again.dispose();
      await model.dispose();
    }),
);

testOnWasm(
  "createModel() takes the encoder alone from whitened weights of another pooling, and refuses them for another exponent",
  (engine) =>
    inFolder(async (folder) => {
      const weights = await writeWhitened(engine, folder);
      const other = await createModel({ weights, pooling: "max" }, { engine });
      assert.equal(other.whitening, undefined);
      assert.equal(other.descriptorLength, F);
      await other.dispose();
      await assert.rejects(createModel({ weights, gemP: 3 }, { engine }), {
        name: "OptionsError",
        where: `gemP is 3, ${weights} was trained with 4`,
      });
    }),
);

testOnWasm(
  "createModel() says which whitening is for descriptors of another length, and leaves nothing on the engine",
  (engine) =>
    inFolder(async (folder) => {
      const weights = await writeWhitened(engine, folder);
      const { tensors, metadata } = readSafetensors(weights);
      const { projection: { data } } = makeWhitening(5, F + 1);
      tensors.set("WPCA.0.weight", { shape: [5, F + 1, 1, 1], data });
      await writeSafetensors(weights, { tensors, metadata });
      const before = tf.memory().numTensors;
      await assert.rejects(createModel({ weights }, { engine }), {
        name: "CheckpointError",
        where:
          `${weights}: it is for 33 values, descriptors of alexnet with gem have 32`,
      });
      assert.equal(tf.memory().numTensors, before);
    }),
);

testOnWasm(
  "useWhitening() takes the whitening of a file of weights, or one alone, in the place of another",
  (engine) =>
    inFolder(async (folder) => {
      const [alone, whole] = ["alone", "whole"].map((name) =>
        join(folder, `${name}.safetensors`)
      ) as [string, string];
      const model = makeModel(engine, GEM);
      const whitening = makeWhitening(6, F);
      await writeWhitening(alone, whitening, { images: "40" });
      model.setWhitening(whitening);
      await writeWeights(whole, model, await model.exportTensors());
      for (const path of [alone, whole]) {
        model.setWhitening(makeWhitening(2, F));
        useWhitening(model, { whitening: path });
        assert.deepEqual(model.whitening, whitening);
      }
      assert.deepEqual(readWhitening(alone), whitening);
      await model.dispose();
    }),
);

testOnWasm(
  "useWhitening() whitens what an ONNX file gives",
  (engine) =>
    inFolder(async (folder) => {
      const onnx = await writeModel(folder, makeStranger());
      const file = join(folder, "whitening.safetensors");
      await writeWhitening(file, makeWhitening(2, 3));
      const describer = await openOnnxDescriber(onnx, {}, { engine });
      assert.equal((await describer.describe(IMAGES)).length, 2 * 3);
      useWhitening(describer, { whitening: file });
      assert.equal(describer.descriptorLength, 2);
      const [x = 0, y = 0] = await describer.describe(IMAGES);
      assertClose([Math.hypot(x, y)], [1], { atol: 1e-6 });
      await describer.dispose();
    }),
);

testOnWasm("useWhitening() says what is wrong with a file or a length", (
  engine,
) =>
  inFolder(async (folder) => {
    const to = (name: string): string => join(folder, `${name}.safetensors`);
    const model = makeModel(engine, GEM);
    const { shape, data } = makeWhitening(4, F).projection;
    const numbers = { shape, data };
    await writeWhitening(to("other"), makeWhitening(4, F + 1));
    await writeWeights(to("none"), model, await model.exportTensors());
    const half = new Map([["WPCA.0.weight", numbers]]);
    await writeSafetensors(to("half"), { tensors: half, metadata: {} });
    const refuse = (
      options: Parameters<typeof useWhitening>[1],
      error: { name: string; where?: string; fix?: string },
    ): void => assert.throws(() => useWhitening(model, options), error);
    refuse({ whitening: to("other") }, {
      name: "ShapeError",
      where: `${to("other")}, which is for ${F + 1} values`,
      fix: "give a whitening that was fitted to this model",
    });
    refuse({ whitening: to("none") }, {
      name: "CheckpointError",
      where: `${to("none")} (it has no WPCA.0.weight)`,
    });
    refuse({ whitening: to("half") }, {
      name: "CheckpointError",
      where: `${
        to("half")
      } (its whitening has the weight [4, ${F}] and the bias missing, not [P, F] and [P])`,
    });
    refuse({ whitening: to("nowhere") }, { name: "CheckpointError" });
    refuse({ cropLength: 0 }, { name: "OptionsError" });
    refuse({ cropLength: 3 }, {
      name: "OptionsError",
      where: "option cropLength is 3",
      fix: "set whitening to a file, use weights with one, or leave it out",
    });
    assert.equal(model.whitening, undefined);
    await model.dispose();
  }));
