import assert from "node:assert/strict";
import { resolveModelOptions } from "../../lib/model/options.ts";
import { writeTorchStateDict } from "../../lib/model/weights/pth_write.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../lib/model/weights/safetensors.ts";
import { checkpointFile } from "../../lib/train/checkpoint.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { writeRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { makeParameters, NARROW, writeOwn } from "./make_weights.ts";

Deno.test("convertWeights() names what is missing or does not fit, of the nearest network", () =>
  inFolder(async (folder) => {
    const tensors = makeParameters(NARROW);
    tensors.delete("features.8.bias");
    tensors.set("pool.conv.weight", {
      shape: [4, 8, 1, 1],
      data: new Float32Array(32),
    });
    const path = `${folder}/1.pth`;
    await writeTorchStateDict(path, tensors);
    await assert.rejects(convertWeights(path, `${folder}/2.safetensors`), {
      name: "CheckpointError",
      where: `${path} as alexnet; missing: features.8.bias; ` +
        "misshapen: pool.conv.weight is [4, 8, 1, 1], not [3, 8, 1, 1]",
    });
    await assert.rejects(
      convertWeights(path, `${folder}/2.safetensors`, { arch: "vgg16" }),
      { where: / as vgg16; missing: features\.2\.weight, / },
    );
    assert.deepEqual([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("convertWeights() refuses to write onto its input", () =>
  inFolder(async (folder) => {
    const input = checkpointFile(`${folder}/run`, "latest");
    await writeOwn(input);
    await writeOwn(checkpointFile(`${folder}/run`, "best"));
    await writeRunFlags(`${folder}/run`, {
      model: resolveModelOptions(NARROW),
      images: {},
      train: {},
    });
    await Deno.symlink(input, `${folder}/link.safetensors`);
    const bytes = Deno.readFileSync(input);
    const cases = [
      [input, input],
      [input, `${folder}/link.safetensors`],
      [`${folder}/run`, input],
      [`${folder}/run`, checkpointFile(`${folder}/run`, "best")],
    ] as const;
    for (const [from, to] of cases) {
      await assert.rejects(convertWeights(from, to), {
        name: "OptionsError",
        where: to,
        fix: "give another output",
      });
    }
    assert.deepEqual(Deno.readFileSync(input), bytes);
  }));

Deno.test("convertWeights() refuses outputs of other kinds and options that no model has", () =>
  inFolder(async (folder) => {
    for (const name of ["w.h5", "w.tar", "w", "pth"]) {
      await assert.rejects(convertWeights(`${folder}/none`, name), {
        name: "OptionsError",
        where: name,
        fix: "end its name in .safetensors, .pth.tar, .pth, .onnx",
      });
    }
    await assert.rejects(
      convertWeights(`${folder}/none`, "w.pth", { numClusters: 0 }),
      { name: "OptionsError", where: /numClusters is 0/ },
    );
    await assert.rejects(convertWeights(`${folder}/none`, "w.pth"), {
      name: "CheckpointError",
      where: /none \(No such file/,
    });
  }));

Deno.test("convertWeights() answers metadata that is something else with an error", () =>
  inFolder(async (folder) => {
    const path = `${folder}/1.safetensors`;
    await writeOwn(path);
    const { tensors, metadata } = readSafetensors(path);
    const bad: [key: string, text: string][] = [
      ["model", "[]]"],
      ["model", '{"arch":"resnet"}'],
      ["model", '{"arch":{"toString":1}}'],
      ["state", '"x"'],
      ["state", '{"epoch":1}'],
      ["torch", "{}"],
      [
        "torch",
        '{"parallel":true,"optimizer":{"groups":[{}],"remembered":[]}}',
      ],
      ["normalization", "{}"],
      ["normalization", '{"scale":1,"mean":[1,2],"std":[1,1,1]}'],
      ["poolCeilMode", "3"],
    ];
    for (const [key, text] of bad) {
      await writeSafetensors(path, {
        tensors,
        metadata: { ...metadata, [key]: text },
      });
      await assert.rejects(
        convertWeights(path, `${folder}/2.pth.tar`),
        { name: /^(Checkpoint|Options)Error$/ },
        `${key} ${text}`,
      );
    }
  }));
