import assert from "node:assert/strict";
import { join } from "node:path";
import { convertWeights } from "../../lib/train/convert.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import { readWhitening } from "../../lib/model/weights/whitening_file.ts";
import { drain } from "../../lib/progress.ts";
import {
  whitenModel,
  type WhitenResult,
  type WhitenSettings,
} from "../../lib/whiten/whiten_model.ts";
import type { KnownDescriber } from "../../lib/model/fingerprint.ts";
import { assertClose } from "../assert_close.ts";
import { inFolder } from "../in_folder.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeImages, makeModel } from "../model/make_model.ts";
import { makeStranger, writeModel } from "../model/make_stranger.ts";
import { makeWhitening } from "../model/make_whitening.ts";
import { readTinyCity } from "../tiny_city.ts";
import { train } from "../train/train_tiny_city.ts";

const GEM = { arch: "alexnet", pooling: "gem" } as const;
const IMAGES = makeImages(2, 67, 67);

async function whitenOn(
  model: KnownDescriber,
  settings: WhitenSettings,
): Promise<WhitenResult & { notes: string[] }> {
  const notes: string[] = [];
  const stage = whitenModel(model, await readTinyCity("train"), settings);
  const result = await drain(stage, (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
  return { ...result, notes };
}

testOnWasm(
  "whitenModel() whitens a model, and writes it so that every kind of file describes as it does",
  (engine) =>
    inFolder(async (folder) => {
      const output = join(folder, "whitened.safetensors");
      const model = makeModel(engine, { arch: "alexnet" });
      model.setWhitening(makeWhitening(2, 8 * 32));
      const describe = { cachePath: folder };
      const settings = { whitenLength: 6, output, describe };
      const { whitening, numImages, keptVariance, notes } = await whitenOn(
        model,
        settings,
      );
      assert.equal(model.whitening, whitening);
      assert.equal(numImages, 18);
      assert.ok(keptVariance > 0.5 && keptVariance < 1);
      assert.deepEqual(notes, [
        "whitening: fitted to 18 of 18 database images of pittsburgh, split train",
      ]);
      assert.deepEqual([...Deno.readDirSync(folder)].length, 1);
      const described = await model.describe(IMAGES);

      const [state, onnx] = ["a.pth", "a.onnx"].map((name) =>
        join(folder, name)
      ) as [string, string];
      const { mapped, leftOut } = await convertWeights(output, state);
      assert.deepEqual(mapped.slice(-2), [
        { from: "WPCA.0.weight", to: "WPCA.0.weight", shape: [6, 256, 1, 1] },
        { from: "WPCA.0.bias", to: "WPCA.0.bias", shape: [6] },
      ]);
      assert.deepEqual(leftOut, []);
      await convertWeights(output, onnx);
      const all = [
        await createModel({ weights: output }, { engine }),
        await createModel({ weights: state }, { engine }),
        await openOnnxDescriber(onnx, {}, { engine }),
      ];
      for (const other of all) {
        assertClose(await other.describe(IMAGES), described, { atol: 1e-4 });
        await other.dispose();
      }
      await model.dispose();
    }),
);

testOnWasm(
  "whitenModel() draws images by the seed, and only projects if asked",
  (engine) =>
    inFolder(async (cachePath) => {
      const model = makeModel(engine, GEM);
      const fit = (settings: WhitenSettings): Promise<WhitenResult> =>
        whitenOn(model, {
          describe: { cachePath },
          whitenImages: 9,
          whitenLength: 4,
          ...settings,
        });
      const [one, same, other, plain] = [
        await fit({ seed: 1 }),
        await fit({ seed: 1 }),
        await fit({ seed: 2 }),
        await fit({ seed: 1, whitenScale: false }),
      ];
      assert.equal(one.numImages, 9);
      assert.deepEqual(same.whitening, one.whitening);
      assert.notDeepEqual(other.whitening.mean, one.whitening.mean);
      const row = plain.whitening.projection.data.subarray(0, 32);
      assertClose([Math.hypot(...row)], [1], { atol: 1e-5 });
      await model.dispose();
    }),
);

testOnWasm(
  "whitenModel() writes the whitening of an ONNX file alone",
  (engine) =>
    inFolder(async (folder) => {
      const onnx = await writeModel(folder, makeStranger());
      const output = join(folder, "whitening.safetensors");
      const model = await openOnnxDescriber(onnx, {}, { engine });
      await whitenOn(model, { whitenLength: 2, output });
      assert.equal(model.descriptorLength, 2);
      const { projection, offset } = readWhitening(output);
      assert.deepEqual(projection, model.whitening!.projection);
      assert.deepEqual(offset, model.whitening!.offset);
      await model.dispose();
    }),
);

testOnWasm(
  "whitenModel() says how many values the images are enough for, before it describes any",
  (engine) =>
    inFolder(async (folder) => {
      const model = makeModel(engine, GEM);
      const output = join(folder, "a.safetensors");
      const what = "for 32 values of 18 images of pittsburgh, split train";
      await assert.rejects(whitenOn(model, { whitenLength: 18, output }), {
        name: "OptionsError",
        where: `option whitenLength, ${what}`,
        fix: "set whitenLength to at most 17",
      });
      await assert.rejects(
        whitenOn(model, { whitenLength: 2, output: folder }),
        { name: "CheckpointError" },
      );
      assert.deepEqual([...Deno.readDirSync(folder)], []);
      await model.dispose();
    }),
);

testOnWasm(
  "trainModel() leaves the whitening of its weights out, and says so",
  async (engine) => {
    const model = makeModel(engine, GEM);
    model.setWhitening(makeWhitening(4, 32));
    const { notes } = await train(model, { epochs: 1 });
    assert.match(
      notes.join("\n"),
      /^the whitening of the weights is left out/m,
    );
    assert.equal(model.whitening, undefined);
    assert.equal(model.descriptorLength, 32);
    await model.dispose();
  },
);
