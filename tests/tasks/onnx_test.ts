import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { createModel } from "../../lib/model/create_model.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import { readNpy } from "../../lib/npy.ts";
import { readReportData } from "../../lib/report/read_report_data.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { assertClose } from "../assert_close.ts";
import { testInFolder } from "../in_folder.ts";
import {
  makeOperator,
  makeStranger,
  writeModel,
} from "../model/make_stranger.ts";
import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";
import { runForJson } from "./run_command.ts";

const WASM = ["--engine", "wasm", "--engine-threads", "1"];

/** A narrow model of random weights, as flags and as options. */
const MODEL = ["--arch", "alexnet", "--width-divisor", "8", "--pooling", "gem"];
const OPTIONS = { arch: "alexnet", widthDivisor: 8, pooling: "gem" } as const;

/** Exports that model. */
async function writeOwn(folder: string): Promise<string> {
  const model = await createModel(OPTIONS, { engine: "wasm" });
  const path = await writeModel(
    folder,
    await encodeOnnxModel(model),
    "exported.onnx",
  );
  await model.dispose();
  return path;
}

testInFolder(
  "test gives the same recall with a model and with its ONNX file",
  async (folder) => {
    const onnx = await writeOwn(folder);
    const args = [
      ...["--data-path", await tinyCity(), "--split", "test", ...WASM],
      ...["--runs-path", join(folder, "runs")],
    ];
    const own = await runForJson("test", ...args, ...MODEL);
    const { json, err } = await runForJson("test", ...args, "--onnx", onnx);
    assert.deepEqual(json.recall, own.json.recall);
    assert.equal(json.descriptor, 32);
    assert.match(basename(json.output), /exported_test_.*_test/);
    assert.match(
      err,
      /^model: .*exported\.onnx, pixels bytes, 32 values of its output descriptors$/m,
    );
    assert.deepEqual(Object.keys(json.onnx), ["file", "sha256"]);
    const recalls = await Deno.readTextFile(join(json.output, "recalls.json"));
    assert.deepEqual(JSON.parse(recalls).onnx, json.onnx);
    assert.equal(own.json.onnx, undefined);
    const flags = await readRunFlags(json.output);
    const { sha256 } = json.onnx;
    assert.deepEqual(flags.onnx, { onnx: json.onnx.file, sha256 });
    assert.equal(flags.model, undefined);
    const html = await Deno.readTextFile(json.report);
    assert.match(readReportData(html).facts[0]!, /^ONNX file .*, SHA-256 /);
  },
);

testInFolder(
  "extract writes the same descriptors with a model and with its ONNX file",
  async (folder) => {
    const onnx = await writeOwn(folder);
    const extract = async (name: string, ...model: string[]) => {
      const output = join(folder, name);
      const { json, err } = await runForJson(
        "extract",
        ...["--images", join(await tinyCity(), "test")],
        ...["--output", output, ...model, ...WASM],
      );
      return { json, err, ...await readNpy(output) };
    };
    const own = await extract("own.npy", ...MODEL);
    const file = await extract("file.npy", "--onnx", onnx);
    assert.deepEqual(file.shape, own.shape);
    assertClose(file.data as Float32Array, own.data as Float32Array, {
      atol: 1e-5,
    });
    const { onnx: known } = file.json;
    assert.equal(known.file, onnx);

    const stranger = await writeModel(
      folder,
      makeStranger({ shape: [1, 3, 20, 30] }),
    );
    const other = await extract("other.npy", "--onnx", stranger);
    assert.deepEqual(other.shape, [own.shape[0], 3]);
    assert.match(
      other.err,
      /^images are resized to 30x20, as stranger takes them$/m,
    );
    assert.notEqual(other.json.onnx.sha256, known.sha256);
  },
);

/** A model whose descriptors are roots of negative numbers. */
function makeNotFinite(): Uint8Array {
  return makeOperator(
    "",
    [{ name: "x", shape: ["N", 3, "H", "W"] }],
    { name: "y", shape: ["N", 3] },
    {
      nodes: [
        {
          op: "ReduceMean",
          inputs: ["x"],
          output: "mean",
          attributes: { axes: [2, 3], keepdims: 0 },
        },
        { op: "Sub", inputs: ["mean", "much"], output: "less" },
        { op: "Sqrt", inputs: ["less"], output: "y" },
      ],
      constants: [{ name: "much", shape: [], data: Float32Array.of(1000) }],
    },
  );
}

testInFolder("tasks say what is wrong with an ONNX file", async (folder) => {
  const city = await tinyCity();
  const stranger = await writeModel(
    folder,
    makeStranger({ shape: [1, 3, 20, 30], type: "uint8" }),
  );
  const roots = await writeModel(folder, makeNotFinite(), "roots.onnx");
  const extract = (...flags: string[]): string[] => [
    ...["extract", "--images", join(city, "test"), "--output", "o/a.npy"],
    ...[...flags, ...WASM],
  ];
  await refuse(
    {
      args: extract("--onnx", join(folder, "none.onnx")),
      what: /^CheckpointError: Cannot read an ONNX model$/,
      where: /none\.onnx \(No such file/,
      fix: /^check the path$/,
    },
    {
      args: extract("--onnx", stranger, "--resize", "64x48"),
      what: /^OptionsError: Cannot give stranger images of this size$/,
      where: /^--resize is 64x48, stranger takes 30x20$/,
      fix: /^set --resize to 30x20, or leave it out$/,
    },
    {
      args: extract("--onnx", stranger, "--onnx-pixels", "unit"),
      what: /^OptionsError: Cannot scale pixels for an input of bytes$/,
      where: /^--onnx-pixels is unit, .*stranger\.onnx takes uint8$/,
      fix: /^leave --onnx-pixels out$/,
    },
    {
      args: extract("--onnx", stranger, "--onnx-output", "other"),
      what: /^CheckpointError: Cannot take descriptors from the output other/,
      where: /stranger\.onnx \(it has embedding float32 \[1, 3\]\)$/,
      fix: /^set --onnx-output to an output/,
    },
    {
      args: extract("--onnx", roots),
      what: /^CheckpointError: Cannot use descriptors that are not numbers$/,
      where: /^describe images, image 1 of /,
      fix: /^use other weights/,
    },
    {
      args: [
        ...["test", "--data-path", city, "--onnx", stranger, ...WASM],
        ...["--arch", "vgg16", "--vlad-v2", "--resume", "run"],
        ...["--centroids", "c.h5"],
      ],
      what: /^OptionsError: Cannot test with these flags$/,
      where:
        /--onnx is a whole model, which leaves no --arch; .*no --vlad-v2; .*no --resume; .*no --centroids$/,
      fix: /--help lists every flag$/,
    },
    {
      args: extract(...MODEL, "--onnx-pixels", "unit", "--onnx-output", "y"),
      what: /^OptionsError: Cannot extract with these flags$/,
      where: /^--onnx-pixels is for --onnx; --onnx-output is for --onnx$/,
      fix: /./,
    },
  );
});
