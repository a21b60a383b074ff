import assert from "node:assert/strict";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { resolveModelOptions } from "../../lib/model/options.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { readTorchCheckpoint } from "../../lib/model/weights/torch_checkpoint.ts";
import { checkpointFile, writeCheckpoint } from "../../lib/train/checkpoint.ts";
import { convertWeights } from "../../lib/train/convert.ts";
import { TRAIN_DEFAULTS } from "../../lib/train/options.ts";
import { writeRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { pythonPackage, runPython } from "../run_python.ts";
import { makeParameters, NARROW } from "./make_weights.ts";

const golden = new URL(
  "../../../shared/golden/e_train/vgg16_d32_ckpt.checkpoint",
  import.meta.url,
).pathname;
const hasGolden = await Deno.stat(`${golden}.zip.pth.tar`)
  .then(() => true, () => false);

for (const kind of ["zip", "legacy", "parallel"]) {
  Deno.test({
    ignore: !hasGolden,
    name:
      `convertWeights() takes main.py's checkpoint there and back (${kind})${
        hasGolden ? "" : " (skipped: no ../shared/golden)"
      }`,
    fn: () =>
      inFolder(async (folder) => {
        const theirs = `${golden}.${kind}.pth.tar`;
        await convertWeights(theirs, `${folder}/1.safetensors`);
        await convertWeights(`${folder}/1.safetensors`, `${folder}/2.pth.tar`);
        await convertWeights(`${folder}/2.pth.tar`, `${folder}/3.safetensors`);
        assert.deepEqual(
          readTorchCheckpoint(`${folder}/2.pth.tar`),
          readTorchCheckpoint(theirs),
        );
        assert.deepEqual(
          Deno.readFileSync(`${folder}/3.safetensors`),
          Deno.readFileSync(`${folder}/1.safetensors`),
        );
      }),
  });
}

const { missing } = await pythonPackage("torch");

/** Goes on with a checkpoint as main.py does, and makes a step. */
const GO_ON = `
import sys, torch
found = torch.load(sys.argv[1])
parameters = [torch.nn.Parameter(value) for value in found["state_dict"].values()][-3:]
optimizer = (torch.optim.Adam(parameters, lr=1) if sys.argv[2] == "adam"
             else torch.optim.SGD(parameters, lr=1, momentum=0.5))
optimizer.load_state_dict(found["optimizer"])
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
before = [p.detach().clone() for p in parameters]
for p in parameters:
    p.grad = torch.zeros_like(p)
optimizer.step()
assert any((p != q).any() for p, q in zip(parameters, before))
print(found["epoch"], found["best_score"], optimizer.param_groups[0]["lr"])
`;

for (const optimizer of ["sgd", "adam"] as const) {
  Deno.test({
    ignore: missing !== "",
    name:
      `convertWeights() makes a checkpoint that PyTorch goes on with (${optimizer})${missing}`,
    fn: () =>
      inFolder(async (folder) => {
        await writeRun(folder, optimizer);
        await convertWeights(folder, `${folder}/1.pth.tar`);
        const args = [`${folder}/1.pth.tar`, optimizer];
        const output = await runPython(GO_ON, { args });
        assert.equal(output, "4 0.25 0.001\n");
      }),
  });
}

/** A run that trained the last three parameters, all of NetVLAD v2. */
async function writeRun(
  folder: string,
  optimizer: "sgd" | "adam",
): Promise<void> {
  const options = resolveModelOptions({ ...NARROW, vladV2: true });
  const network = describeNetwork(options.arch, options);
  const parameters = makeParameters(options);
  const names = optimizer === "sgd"
    ? ["momentum_buffer"]
    : ["exp_avg", "exp_avg_sq"];
  const state: NamedTensors = new Map([
    ["step", { shape: [1], data: Float32Array.of(6) }],
  ]);
  for (const [name, { shape, data }] of [...parameters].slice(-3)) {
    for (const buffer of names) {
      const values = data.map((value) => Math.abs(value) + 0.1);
      state.set(`${buffer}.${name}`, { shape, data: values });
    }
  }
  await writeCheckpoint(
    checkpointFile(folder, "latest"),
    { options, network },
    {
      parameters,
      optimizer: state,
      state: {
        epoch: 4,
        bestRecall: 0.25,
        evaluationsSinceBest: 0,
        cachedNegatives: {},
        history: [],
      },
    },
  );
  await writeRunFlags(folder, {
    model: options,
    images: {},
    train: { ...TRAIN_DEFAULTS, optimizer, learningRate: 0.001 },
  });
}
