import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createModel } from "../../lib/model/create_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import { findStateDict, readPth } from "../../lib/model/weights/pth.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "../model/make_model.ts";

/** A whole checkpoint of CGD: ResNet-18 with a sixteenth of its channels, six classes. */
const CHECKPOINT = fileURLToPath(
  new URL("../golden/f_cgd/smg_b8.pth", import.meta.url),
);

const STATED = {
  arch: "resnet18",
  widthDivisor: 16,
  pooling: "cgd:SMG",
} as const satisfies Partial<ModelOptions>;

/** Unit vectors, by another engine. */
const ONNX = { atol: 1e-5 };

function listNames(path: string): string[] {
  return Object.keys(findStateDict(path, readPth(path)));
}

testOnWasm(
  "convertWeights() writes a state dict of CGD by the names of its authors' program",
  (engine) =>
    inFolder(async (folder) => {
      const output = `${folder}/cgd.pth`;
      const stated = { ...STATED, cgdClasses: 6 };
      await convertWeights(CHECKPOINT, output, stated);
      const kept = listNames(CHECKPOINT)
        .filter((name) => !name.endsWith("num_batches_tracked"));
      assert.deepEqual(listNames(output), kept);
      const models = await Promise.all(
        [CHECKPOINT, output].map((weights) =>
          createModel({ ...STATED, weights }, { engine })
        ),
      );
      const [before, after] = await Promise.all(
        models.map((model) => model.exportTensors()),
      );
      assert.deepEqual(after, before);
      for (const model of models) await model.dispose();
    }),
);

testOnWasm(
  "convertWeights() makes an ONNX model of CGD without its auxiliary head, and says so",
  (engine) =>
    inFolder(async (folder) => {
      const output = `${folder}/cgd.onnx`;
      const stated = { ...STATED, cgdClasses: 6 };
      const { mapped, leftOut } = await convertWeights(
        CHECKPOINT,
        output,
        stated,
      );
      assert.ok(!mapped.some(({ to }) => to.startsWith("auxiliary_module.")));
      const head = leftOut.filter(({ reason }) =>
        reason === "only training needs it"
      );
      assert.equal(head.length, 6);
      assert.ok(
        head.every(({ name }) => name.startsWith("auxiliary_module.")),
      );
      const images = makeImages(2, 48, 64);
      const model = await createModel(
        { ...STATED, weights: CHECKPOINT },
        { engine },
      );
      const describer = await openOnnxDescriber(output, {}, { engine });
      const expected = await model.describe(images);
      assertClose(await describer.describe(images), expected, ONNX);
      await describer.dispose();
      await model.dispose();
    }),
);
