import assert from "node:assert/strict";
import { createModel } from "../../lib/model/create_model.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../lib/model/weights/safetensors.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import {
  GOLDEN_LAYOUTS,
  readGoldenLayouts,
} from "../model/weights/golden_layouts.ts";

/** As of the files themselves. */
const FLOAT32 = { atol: 1e-5 };

/** Another engine, and other norms where PyTorch has one kind only. */
const ONNX = { atol: 1e-4 };

const CASES: [file: string, name: string, inputFormat: string][] = [
  ["matconvnet_netvlad_white.mat", "matconvnet_netvlad_white", "matConvNet"],
  ["dvgl_resnet18conv4_netvlad.pth", "dvgl_resnet18conv4_netvlad", "dvgl"],
  ["dvgl_resnet50conv5_gem_fc.pth", "dvgl_resnet50conv5_gem_fc", "dvgl"],
  [
    "dvgl_resnet18conv4_gem_before.pth",
    "dvgl_resnet18conv4_gem_before",
    "dvgl",
  ],
  ["openibl.pth.tar", "openibl", "openIbl"],
  ["patchnetvlad_WPCA6.pth.tar", "patchnetvlad", "patchNetVlad"],
];

for (const [file, name, inputFormat] of CASES) {
  testOnWasm(
    `convertWeights() keeps the descriptors of ${file} in safetensors and ONNX`,
    (engine) =>
      inFolder(async (folder) => {
        const { images, descriptors } = readGoldenLayouts();
        const own = `${folder}/own.safetensors`;
        const conversion = await convertWeights(
          `${GOLDEN_LAYOUTS}/${file}`,
          own,
        );
        assert.equal(conversion.inputFormat, inputFormat);
        const { arch, widthDivisor } = conversion.model;
        const model = await createModel(
          { weights: own, arch: arch!, widthDivisor: widthDivisor! },
          { engine },
        );
        const expected = descriptors[name]!.flat();
        assertClose(await model.describe(images), expected, FLOAT32);
        await model.dispose();

        const onnx = `${folder}/model.onnx`;
        await convertWeights(`${GOLDEN_LAYOUTS}/${file}`, onnx);
        const describer = await openOnnxDescriber(onnx, {}, { engine });
        assertClose(await describer.describe(images), expected, ONNX);
        await describer.dispose();
      }),
  );
}

testOnWasm(
  "convertWeights() puts the whitening of Relja's NetVLAD in PyTorch's order, and says what PyTorch lacks",
  (engine) =>
    inFolder(async (folder) => {
      const { images, descriptors } = readGoldenLayouts();
      const file = "matconvnet_netvlad_white";
      const torch = `${folder}/patch.pth.tar`;
      const { mapped, leftOut } = await convertWeights(
        `${GOLDEN_LAYOUTS}/${file}.mat`,
        torch,
      );
      assert.deepEqual(mapped.at(-2), {
        from: "layers{34}.weights{1}",
        to: "WPCA.0.weight",
        shape: [6, 32, 1, 1],
      });
      assert.deepEqual(leftOut.map(({ name }) => name), [
        "vladNorm",
        "normalization",
      ]);

      const weights = await readEncoderWeights(torch);
      assert.equal(weights.format, "patchNetVlad");
      assert.equal(weights.options!.vladOrder, "cluster-major");
      // The mean colour is not in PyTorch's files: it is given back here.
      const { normalization } = await readEncoderWeights(
        `${GOLDEN_LAYOUTS}/${file}.mat`,
      );
      const own = `${folder}/own.safetensors`;
      await convertWeights(torch, own);
      const { tensors, metadata } = readSafetensors(own);
      await writeSafetensors(own, {
        tensors,
        metadata: { ...metadata, normalization: JSON.stringify(normalization) },
      });
      const model = await createModel({
        weights: own,
        arch: "vgg16",
        widthDivisor: 64,
      }, { engine });
      assertClose(
        await model.describe(images),
        descriptors[file]!.flat(),
        FLOAT32,
      );
      await model.dispose();
    }),
);

testOnWasm(
  "convertWeights() names what is of another program's training, and a head that is not asked for",
  () =>
    inFolder(async (folder) => {
      const dvgl = await convertWeights(
        `${GOLDEN_LAYOUTS}/dvgl_resnet18conv4_netvlad.pth`,
        `${folder}/1.pth`,
      );
      const names = dvgl.leftOut.map(({ name }) => name);
      const besides = names.filter((name) =>
        !name.endsWith("num_batches_tracked")
      );
      assert.deepEqual(besides, [
        "epoch_num",
        "optimizer_state_dict",
        "recalls",
        "best_r5",
        "not_improved_num",
      ]);
      const gem = await convertWeights(
        `${GOLDEN_LAYOUTS}/dvgl_resnet18conv4_gem_before.pth`,
        `${folder}/gem.pth`,
      );
      const plain = gem.leftOut.filter(({ shape }) => shape === undefined);
      assert.deepEqual(plain.map(({ name }) => name), ["poolNorm"]);
      const encoder = await convertWeights(
        `${GOLDEN_LAYOUTS}/matconvnet_netvlad_white.mat`,
        `${folder}/2.safetensors`,
        { pooling: "max" },
      );
      assert.deepEqual(encoder.leftOut.map(({ name }) => name), [
        "layers{31}.weights{2}",
        "layers{31}.weights{1}",
        "layers{34}.weights{1}",
        "layers{34}.weights{2}",
      ]);
      await assert.rejects(
        convertWeights(
          `${GOLDEN_LAYOUTS}/openibl.pth.tar`,
          `${folder}/3.safetensors`,
          { arch: "alexnet" },
        ),
        {
          name: "OptionsError",
          where: /arch is alexnet, .* was trained with vgg16/,
        },
      );
    }),
);
