import assert from "node:assert/strict";
import { join } from "node:path";
import onnxProto from "onnx-proto";
import type { OnnxValue } from "../../lib/engine/onnx_graph.ts";
import { openOnnxDescriber } from "../../lib/model/onnx_describer.ts";
import type { OnnxOptions } from "../../lib/model/onnx_options.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "./make_model.ts";
import {
  makeOperator,
  makeStranger,
  type Stranger,
  writeModel,
} from "./make_stranger.ts";

const IMAGES: OnnxValue = { name: "x", shape: ["N", 3, "H", "W"] };
const ROWS: OnnxValue = { name: "y", shape: ["N", "F"] };

/** What an error has to say. */
interface Told {
  name?: string;
  message: RegExp;
  where: RegExp;
  fix: RegExp;
}

const NO_IMAGES = {
  message: /^Cannot give images to an ONNX model/,
  fix: /^give a model with one input/,
};
const NO_DESCRIPTORS = {
  message: /^Cannot find descriptors in what an ONNX model gives/,
  fix: /^give a model with an output \[N, F\]/,
};

function changed(
  change: (model: onnxProto.onnx.ModelProto) => void,
): Uint8Array {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(makeStranger());
  change(model);
  return ModelProto.encode(model).finish();
}

/** A tensor whose values lie in another file. */
const ELSEWHERE = {
  name: "w",
  dims: [1],
  dataType: 1,
  dataLocation: 1,
  externalData: [{ key: "location", value: "weights.bin" }],
};

const BAD: Record<string, [Uint8Array, Partial<OnnxOptions>, Told]> = {
  "text": [new TextEncoder().encode("no model\n"), {}, {
    message: /^Cannot read an ONNX model/,
    where: /bad\.onnx \(it is not ONNX, or not all of it\)$/,
    fix: /^give an \.onnx file/,
  }],
  "nothing": [new Uint8Array(), {}, {
    message: /^Cannot read an ONNX model/,
    where: /not ONNX/,
    fix: /copy it again$/,
  }],
  "half of a model": [makeStranger().subarray(0, 150), {}, {
    message: /^Cannot read an ONNX model/,
    where: /not ONNX/,
    fix: /copy it again$/,
  }],
  "weights in another file": [
    changed(({ graph }) => graph!.initializer!.push(ELSEWHERE)),
    {},
    {
      message: /^Cannot read an ONNX model without its weights/,
      where: /bad\.onnx \(weights are in other files, such as weights\.bin\)$/,
      fix: /^save the model with its weights inside/,
    },
  ],
  "an operator's weights in another file": [
    changed(({ graph }) =>
      graph!.node!.push({
        opType: "Constant",
        output: ["w"],
        attribute: [{ name: "value", type: 4, t: ELSEWHERE }],
      })
    ),
    {},
    {
      message: /^Cannot read an ONNX model without its weights/,
      where: /weights\.bin/,
      fix: /^save the model/,
    },
  ],
  "an operator that is not known": [
    makeOperator("Fly", [IMAGES], ROWS),
    {},
    {
      message: /^Cannot load an ONNX model on wasm/,
      where: /bad\.onnx \(.*Fly.*\)$/,
      fix: /^give a model of standard operators/,
    },
  ],
  "two inputs": [
    makeOperator("Add", [IMAGES, { ...IMAGES, name: "z" }], {
      ...IMAGES,
      name: "y",
    }),
    {},
    { ...NO_IMAGES, where: /bad\.onnx \(2 inputs: x, z\)$/ },
  ],
  "grey images": [
    makeStranger({ shape: ["N", 1, "H", "W"] }),
    {},
    {
      ...NO_IMAGES,
      where: /bad\.onnx \(input input float32 \[any, 1, any, any\]\)$/,
    },
  ],
  "images of int64": [
    makeOperator("Abs", [{ ...IMAGES, type: "int64" }], {
      ...IMAGES,
      name: "y",
      type: "int64",
    }),
    {},
    { ...NO_IMAGES, where: /\(input x int64 \[any, 3, any, any\]\)$/ },
  ],
  "rows of numbers": [
    makeOperator("Abs", [{ name: "x", shape: ["N", 3] }], ROWS),
    {},
    { ...NO_IMAGES, where: /\(input x float32 \[any, 3\]\)$/ },
  ],
  "features in place of descriptors": [
    makeOperator("Abs", [IMAGES], { name: "y", shape: ["N", 3, "H", "W"] }),
    {},
    {
      ...NO_DESCRIPTORS,
      where: /bad\.onnx \(it has y float32 \[1, 3, 224, 224\]\)$/,
    },
  ],
  "one number for each image": [
    makeOperator("ReduceMean", [IMAGES], { name: "y", shape: ["N"] }, {
      attributes: { axes: [1, 2, 3], keepdims: 0 },
    }),
    {},
    { ...NO_DESCRIPTORS, where: /\(it has y float32 \[any\]\)$/ },
  ],
  "no such output": [
    makeStranger(),
    { onnxOutput: "other" },
    {
      message:
        /^Cannot take descriptors from the output other of an ONNX model/,
      where: /bad\.onnx \(it has embedding float32 \[any, 3\]\)$/,
      fix: /^set onnxOutput to an output/,
    },
  ],
  "bytes that are to be scaled": [
    makeStranger({ type: "uint8" }),
    { onnxPixels: "unit" },
    {
      name: "OptionsError",
      message: /^Cannot scale pixels for an input of bytes/,
      where: /^onnxPixels is unit, .*bad\.onnx takes uint8$/,
      fix: /^leave onnxPixels out$/,
    },
  ],
};

testOnWasm(
  "openOnnxDescriber() says what is wrong with a file",
  (engine) =>
    inFolder(async (folder) => {
      for (const [bytes, options, told] of Object.values(BAD)) {
        const path = await writeModel(folder, bytes, "bad.onnx");
        await assert.rejects(
          openOnnxDescriber(path, options, { engine }),
          { name: "CheckpointError", ...told },
        );
      }
      for (const path of [join(folder, "none.onnx"), folder]) {
        await assert.rejects(openOnnxDescriber(path, {}, { engine }), {
          name: "CheckpointError",
          message: /^Cannot read an ONNX model/,
          where: /none\.onnx \(No such file|\(Is a directory/,
          fix: "check the path",
        });
      }
      await assert.rejects(
        openOnnxDescriber("x", { onnxPixels: "raw" as "bytes" }),
        {
          name: "OptionsError",
          where:
            'onnxPixels is "raw", must be one of imagenet, unit, bytes, or left out',
        },
      );
    }),
);

testOnWasm(
  "describe() of an ONNX file says what is wrong with its descriptors",
  (engine) =>
    inFolder(async (folder) => {
      const images = makeImages(2, 8, 8);
      const describe = async (bytes: Uint8Array): Promise<Float32Array> => {
        const path = await writeModel(folder, bytes, "bad.onnx");
        await using cleanup = new AsyncDisposableStack();
        const describer = await openOnnxDescriber(path, {}, { engine });
        cleanup.defer(() => describer.dispose());
        return await describer.describe(images);
      };
      await assert.rejects(
        describe(makeOperator("Flatten", [IMAGES], ROWS)),
        {
          name: "CheckpointError",
          message: /^Cannot use the descriptors of an ONNX model/,
          where:
            /bad\.onnx \(2 images of 8x8 gave \[2, 192\], not \[2, 150528\]\)$/,
          fix: /^export it with one descriptor/,
        },
      );
      const fixed: Stranger = { outputs: [{ name: "y", shape: ["N", 3] }] };
      await assert.rejects(
        describe(makeFixed(makeStranger(fixed))),
        {
          name: "EngineError",
          message: /^Cannot run an ONNX model on images of 8x8/,
          where: /bad\.onnx \(.*\)$/,
          fix: /^set resize to a size that it takes/,
        },
      );
    }),
);

/** A model that can only reshape images of 4x4, whatever it says. */
function makeFixed(bytes: Uint8Array): Uint8Array {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(bytes);
  const { graph } = model;
  graph!.initializer!.push({
    name: "shape",
    dims: [4],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.of(1n, 3n, 4n, 4n).buffer),
  });
  graph!.node!.unshift({
    opType: "Reshape",
    input: ["input", "shape"],
    output: ["small"],
  });
  graph!.node![1]!.input = ["small"];
  return ModelProto.encode(model).finish();
}
