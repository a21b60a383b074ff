import assert from "node:assert/strict";
import { writeTorchCheckpoint } from "../../lib/model/weights/pth_write.ts";
import { readTorchCheckpoint } from "../../lib/model/weights/torch_checkpoint.ts";
import { inFolder } from "../in_folder.ts";
import { makeTorchCheckpoint } from "../train/make_weights.ts";
import { runCommand, runForJson } from "./run_command.ts";

const CHECKPOINT = makeTorchCheckpoint({ kind: "sgd", numTrained: 3 });

Deno.test("convert prints where each tensor went, and what was left out", () =>
  inFolder(async (folder) => {
    const input = `${folder}/model_best.pth.tar`;
    const output = `${folder}/new/weights.pth`;
    await writeTorchCheckpoint(input, CHECKPOINT);
    const { code, out, err } = await runCommand("convert", input, output);
    assert.equal(code, 0, err);
    assert.equal(err, "");
    assert.deepEqual(out.trimEnd().split("\n"), [
      `${input}: PyTorch, alexnet with widths/32, netvlad v2 of 3 clusters, after epoch 12`,
      ...[...CHECKPOINT.tensors].map(([name, { shape }]) =>
        `  ${name} -> ${name} [${shape.join(", ")}]`
      ),
      ...["epoch", "best_score", "recalls", "optimizer"].map((name) =>
        `  left out: ${name} (a state dict is parameters alone: .pth.tar has more)`
      ),
      `${output}: 13 tensors`,
    ]);
  }));

Deno.test("convert gives its mapping as JSON, and goes back to the bit", () =>
  inFolder(async (folder) => {
    const [theirs, ours, again] = ["1.pth.tar", "2.safetensors", "3.pth.tar"]
      .map((name) => `${folder}/${name}`) as [string, string, string];
    await writeTorchCheckpoint(theirs, CHECKPOINT);
    const { json, err } = await runForJson("convert", theirs, ours);
    const { mapped, ...rest } = json;
    assert.deepEqual(rest, {
      inputFormat: "torch",
      input: theirs,
      output: ours,
      format: "safetensors",
      model: {
        arch: "alexnet",
        widthDivisor: 32,
        pooling: "netvlad",
        numClusters: 3,
        vladV2: true,
      },
      epoch: 12,
      leftOut: [],
    });
    assert.equal(mapped.length, 16);
    assert.deepEqual(mapped.at(-1), {
      from: "optimizer.state.14.momentum_buffer",
      to: "optimizer.momentum_buffer.pool.conv.bias",
      shape: [3],
    });
    assert.match(err, /optimizer\.state\.14\.momentum_buffer -> /);
    await runForJson("convert", ours, again);
    assert.deepEqual(readTorchCheckpoint(again), CHECKPOINT);
  }));

Deno.test("convert takes what weights do not tell from its flags", () =>
  inFolder(async (folder) => {
    const input = `${folder}/1.pth.tar`;
    await writeTorchCheckpoint(input, CHECKPOINT);
    const { json } = await runForJson(
      "convert",
      ...[input, `${folder}/2.onnx`],
      ...["--arch", "alexnet", "--width-divisor", "32", "--vladv2"],
      ...["--pooling", "netvlad", "--num_clusters", "3"],
      ...["--vlad-order", "channel-major"],
    );
    assert.equal(json.format, "onnx");
    assert.equal(json.model.vladOrder, "channel-major");
    assert.ok(Deno.statSync(`${folder}/2.onnx`).size > 10_000);
  }));
