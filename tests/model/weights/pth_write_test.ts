import assert from "node:assert/strict";
import { readPth } from "../../../lib/model/weights/pth.ts";
import {
  writeTorchCheckpoint,
  writeTorchStateDict,
} from "../../../lib/model/weights/pth_write.ts";
import type { NamedTensors } from "../../../lib/model/weights/tensors.ts";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
} from "../../../lib/model/weights/torch_checkpoint.ts";
import { inFolder } from "../../in_folder.ts";
import { pythonPackage, runPython } from "../../run_python.ts";

const TENSORS: NamedTensors = new Map([
  [
    "encoder.0.weight",
    { shape: [2, 1, 1, 2], data: Float32Array.of(1, -0, 1e-40, 0.1) },
  ],
  ["encoder.0.bias", { shape: [2], data: Float32Array.of(3e38, -5) }],
  ["pool.scalar", { shape: [], data: Float32Array.of(7) }],
  ["pool.empty", { shape: [0, 4], data: new Float32Array(0) }],
]);

const CHECKPOINT: TorchCheckpoint = {
  tensors: TENSORS,
  epoch: 7,
  bestScore: 0.6180339887498949,
  recalls: { 1: 0.5, 5: 0.6180339887498949, 20: 1 },
  parallel: false,
  optimizer: {
    kind: "adam",
    groups: [{
      params: [0, 140234234234234],
      options: {
        lr: 1e-4,
        betas: [0.9, 0.999],
        eps: 1e-8,
        amsgrad: false,
        foreach: null,
        "weight_decay": 0,
        dampening: -0,
        note: "a text → with letters",
      },
    }],
    state: new Map([
      [0, {
        step: 3,
        buffers: new Map([["exp_avg", TENSORS.get("encoder.0.weight")!]]),
      }],
      [140234234234234, { step: 2 ** 40, buffers: new Map() }],
    ]),
  },
};

Deno.test("writeTorchCheckpoint() writes what readTorchCheckpoint() reads to the bit", () =>
  inFolder(async (folder) => {
    const path = `${folder}/new/model.pth.tar`;
    await writeTorchCheckpoint(path, CHECKPOINT);
    assert.deepEqual(readTorchCheckpoint(path), CHECKPOINT);
    const names = [...Deno.readDirSync(`${folder}/new`)].map((e) => e.name);
    assert.deepEqual(names, ["model.pth.tar"]);
  }));

Deno.test("writeTorchCheckpoint() leaves out what is not known", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.pth.tar`;
    await writeTorchCheckpoint(path, { tensors: TENSORS });
    assert.deepEqual(readTorchCheckpoint(path), { tensors: TENSORS });
    assert.deepEqual(Object.keys(readPth(path) as object), ["state_dict"]);
  }));

Deno.test("writeTorchStateDict() keeps names, their order and the bits", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.pth`;
    await writeTorchStateDict(path, TENSORS);
    assert.deepEqual([...readTorchCheckpoint(path).tensors], [...TENSORS]);
    const [, value] = [
      ...readTorchCheckpoint(path).tensors.get("encoder.0.weight")!.data,
    ];
    assert.ok(Object.is(value, -0));
  }));

Deno.test("writeTorchStateDict() gives the same bytes each time, with numbers at multiples of 64", () =>
  inFolder(async (folder) => {
    await writeTorchStateDict(`${folder}/1`, TENSORS);
    await writeTorchStateDict(`${folder}/2`, TENSORS);
    const bytes = Deno.readFileSync(`${folder}/1`);
    assert.deepEqual(Deno.readFileSync(`${folder}/2`), bytes);
    const numbers = new Uint8Array(TENSORS.get("encoder.0.bias")!.data.buffer);
    const at = bytes.findIndex((_, i) =>
      numbers.every((byte, j) => bytes[i + j] === byte)
    );
    assert.equal(at % 64, 0);
  }));

Deno.test("writeTorchStateDict() refuses a tensor that does not fill its shape", () =>
  inFolder(async (folder) => {
    const tensors = new Map([["w", { shape: [3], data: new Float32Array(2) }]]);
    await assert.rejects(writeTorchStateDict(`${folder}/w`, tensors), {
      name: "ShapeError",
      where: "tensor w",
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

const { missing } = await pythonPackage("torch");

/** Prints as JSON what `torch.load` gives, each tensor as its shape and the bits of its numbers. */
const LOAD = `
import collections, json, sys, zipfile, torch
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
def plain(value):
    if torch.is_tensor(value):
        assert value.is_contiguous() and value.dtype == torch.float32
        return [list(value.shape), value.contiguous().view(torch.int32).flatten().tolist() if value.dim() else [value.reshape(1).view(torch.int32).item()]]
    if isinstance(value, dict):
        return [[type(key).__name__, key, plain(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__] + [plain(item) for item in value]
    return value
content = torch.load(sys.argv[1])
assert type(content.get("state_dict", content)) is collections.OrderedDict
print(json.dumps(plain(content)))
`;

/** The same of tensors here. */
function listBits(tensors: NamedTensors): unknown[] {
  return [...tensors].map(([name, { shape, data }]) => {
    const bits = [...new Int32Array(data.buffer, data.byteOffset, data.length)];
    return ["str", name, [shape, bits]];
  });
}

Deno.test({
  ignore: missing !== "",
  name:
    `writeTorchCheckpoint() writes what torch.load() reads to the bit${missing}`,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/model.pth.tar`;
      await writeTorchCheckpoint(path, CHECKPOINT);
      const moment = TENSORS.get("encoder.0.weight")!;
      assert.deepEqual(await loadInTorch(path), [
        ["str", "epoch", 7],
        ["str", "state_dict", listBits(TENSORS)],
        ["str", "recalls", [
          ["int", 1, 0.5],
          ["int", 5, 0.6180339887498949],
          ["int", 20, 1],
        ]],
        ["str", "best_score", 0.6180339887498949],
        ["str", "optimizer", [
          ["str", "state", [
            ["int", 0, [
              ["str", "step", 3],
              ...listBits(new Map([["exp_avg", moment]])),
            ]],
            ["int", 140234234234234, [["str", "step", 2 ** 40]]],
          ]],
          ["str", "param_groups", ["list", [
            ["str", "lr", 1e-4],
            ["str", "betas", ["tuple", 0.9, 0.999]],
            ["str", "eps", 1e-8],
            ["str", "amsgrad", false],
            ["str", "foreach", null],
            ["str", "weight_decay", 0],
            ["str", "dampening", -0],
            ["str", "note", "a text → with letters"],
            ["str", "params", ["list", 0, 140234234234234]],
          ]]],
        ]],
        ["str", "parallel", false],
      ]);
      await writeTorchStateDict(path, TENSORS);
      assert.deepEqual(await loadInTorch(path), listBits(TENSORS));
    }),
});

async function loadInTorch(path: string): Promise<unknown> {
  return JSON.parse(await runPython(LOAD, { args: [path] }));
}
