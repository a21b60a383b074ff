import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine } from "../../lib/engine/engine.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import { writeSafetensors } from "../../lib/model/weights/safetensors.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "./make_model.ts";

/** A whole checkpoint of CGD: ResNet-18 with a sixteenth of its channels, six classes. */
const CHECKPOINT = fileURLToPath(
  new URL("../golden/f_cgd/smg_b8.pth", import.meta.url),
);

const OPTIONS: Partial<ModelOptions> = {
  arch: "resnet18",
  widthDivisor: 16,
  pooling: "cgd:SMG",
  weights: CHECKPOINT,
};

const CLASSIFIER = "auxiliary_module.1.weight";

/** The names and values of a model's parameters, and a descriptor. */
async function open(
  engine: Engine,
  given: Partial<ModelOptions>,
): Promise<{
  tensors: Awaited<ReturnType<typeof readEncoderWeights>>["tensors"];
  descriptors: Float32Array;
  trained: string[];
  buffers: string[];
}> {
  const model = await createModel({ ...OPTIONS, ...given }, { engine });
  const opened = {
    tensors: await model.exportTensors(),
    descriptors: await model.describe(makeImages(2, 48, 64)),
    trained: [...model.variables.keys()],
    buffers: [...model.buffers.keys()],
  };
  await model.dispose();
  return opened;
}

testOnWasm(
  "createModel() opens a checkpoint of CGD, and takes the length of its descriptors from it",
  async (engine) => {
    const { tensors, head } = await readEncoderWeights(CHECKPOINT);
    const { descriptors, trained, ...opened } = await open(engine, {});
    assert.equal(descriptors.length, 2 * 48);
    assert.deepEqual(
      trained,
      [0, 1, 2].map((i) => `main_modules.${i}.0.weight`),
    );
    assert.deepEqual(opened.buffers, []);
    for (const [name, tensor] of [...tensors, ...head]) {
      assert.deepEqual(opened.tensors.get(name), tensor, name);
    }
    assert.ok(![...head.keys()].some((name) => /num_batches/.test(name)));
  },
);

testOnWasm(
  "createModel() takes the auxiliary head of a checkpoint that has as many classes, and makes one where it does not",
  async (engine) => {
    const { head } = await readEncoderWeights(CHECKPOINT);
    const plain = await open(engine, {});
    const same = await open(engine, { cgdClasses: 6 });
    assert.deepEqual(same.tensors.get(CLASSIFIER), head.get(CLASSIFIER));
    assert.deepEqual(same.buffers, [
      "auxiliary_module.0.running_mean",
      "auxiliary_module.0.running_var",
    ]);
    assert.ok(same.trained.includes("auxiliary_module.0.weight"));
    const other = await open(engine, { cgdClasses: 9 });
    assert.deepEqual(other.tensors.get(CLASSIFIER)!.shape, [9, 32]);
    const { data } = other.tensors.get("auxiliary_module.0.running_var")!;
    assert.deepEqual(new Set(data), new Set([1]));
    for (const { descriptors } of [same, other]) {
      assert.deepEqual(descriptors, plain.descriptors);
    }
  },
);

testOnWasm(
  "createModel() makes the auxiliary head that a file of descriptors alone does not have",
  (engine) =>
    inFolder(async (folder) => {
      const { tensors, head } = await readEncoderWeights(CHECKPOINT);
      const path = join(folder, "plain.safetensors");
      const parts = [...tensors, ...head]
        .filter(([name]) => !name.startsWith("auxiliary_module."));
      await writeSafetensors(path, { tensors: new Map(parts), metadata: {} });
      const { descriptors } = await open(engine, {});
      const plain = await open(engine, { weights: path });
      assert.deepEqual(plain.descriptors, descriptors);
      const trained = await open(engine, { weights: path, cgdClasses: 4 });
      assert.deepEqual(trained.descriptors, descriptors);
      assert.deepEqual(trained.tensors.get(CLASSIFIER)!.shape, [4, 32]);
    }),
);

testOnWasm(
  "createModel() takes the encoder of a CGD checkpoint alone for another pooling",
  async (engine) => {
    const { tensors, descriptors } = await open(engine, {
      pooling: "avg",
      layer3Stride: 1,
    });
    assert.equal(descriptors.length, 2 * 32);
    assert.ok(tensors.keys().every((name) => name.startsWith("features.")));
  },
);

testOnWasm(
  "createModel() names what a CGD checkpoint contradicts",
  async (engine) => {
    const refuse = (
      given: Partial<ModelOptions>,
      where: RegExp,
    ): Promise<void> =>
      assert.rejects(createModel({ ...OPTIONS, ...given }, { engine }), {
        where,
      });
    await refuse(
      { cgdLength: 96 },
      /^cgdLength is 96, .*smg_b8\.pth was trained with 48$/,
    );
    await refuse(
      { pooling: "cgd:SG" },
      /misshapen: main_modules\.0\.0\.weight is \[16, 32\], not \[24, 32\]/,
    );
  },
);
