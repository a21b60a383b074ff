import assert from "node:assert/strict";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import { writeSafetensors } from "../../../lib/model/weights/safetensors.ts";
import { makeKerasFile } from "./make_keras_file.ts";
import { inFolder } from "../../in_folder.ts";

const fixtures = new URL("../../fixtures/weights/", import.meta.url).pathname;

for (const container of ["zip", "legacy"]) {
  Deno.test(`readEncoderWeights() reads torchvision's .pth without its classifier (${container})`, async () => {
    const weights = await readEncoderWeights(
      `${fixtures}torchvision.${container}.pth`,
    );
    assert.deepEqual([...weights.tensors.keys()], [
      "features.0.weight",
      "features.0.bias",
    ]);
    assert.deepEqual([...weights.head.keys()], []);
    assert.equal(weights.normalization, undefined);
    assert.equal(weights.poolCeilMode, undefined);
  });

  Deno.test(`readEncoderWeights() reads a parallel pytorch-NetVlad checkpoint (${container})`, async () => {
    const weights = await readEncoderWeights(
      `${fixtures}checkpoint.${container}.pth`,
    );
    assert.deepEqual([...weights.tensors.keys()], [
      "features.0.weight",
      "features.0.bias",
    ]);
    assert.deepEqual(weights.tensors.get("features.0.weight")!.shape, [
      2,
      3,
      3,
      3,
    ]);
    assert.deepEqual([...weights.head.keys()], [
      "pool.centroids",
      "pool.conv.weight",
    ]);
  });
}

Deno.test("readEncoderWeights() reads safetensors with either naming, whatever the extension", async () => {
  await inFolder(async (folder) => {
    const tensor = { shape: [1], data: Float32Array.of(1) };
    for (
      const name of [
        "encoder.28.bias",
        "features.28.bias",
        "encoder.module.28.bias",
      ]
    ) {
      const path = `${folder}/weights.pth`;
      const tensors = new Map([[name, tensor], ["pool.centroids", tensor]]);
      await writeSafetensors(path, { tensors, metadata: { epoch: "3" } });
      const weights = await readEncoderWeights(path);
      assert.deepEqual(
        weights.tensors,
        new Map([["features.28.bias", tensor]]),
      );
      assert.deepEqual(weights.head, new Map([["pool.centroids", tensor]]));
      assert.deepEqual(weights.metadata, { epoch: "3" });
    }
  });
});

Deno.test("readEncoderWeights() tells safetensors whatever the length of their header", async () => {
  await inFolder(async (folder) => {
    const tensor = { shape: [1], data: Float32Array.of(1) };
    const tensors = new Map([["features.0.bias", tensor]]);
    const path = `${folder}/w.safetensors`;
    const firstBytes = new Set<number>();
    for (let length = 0; length < 256; length += 8) {
      const metadata = { note: "x".repeat(length) };
      await writeSafetensors(path, { tensors, metadata });
      firstBytes.add(Deno.readFileSync(path)[0]!);
      assert.equal((await readEncoderWeights(path)).format, "safetensors");
    }
    assert.ok(firstBytes.has(0x80)); // a pickle begins with it
  });
});

Deno.test("readEncoderWeights() says how images go into the Keras SqueezeNet", async () => {
  await makeKerasFile({}, async (path) => {
    const weights = await readEncoderWeights(path);
    assert.equal(weights.tensors.size, 50);
    assert.equal(weights.poolCeilMode, false);
    assert.deepEqual(weights.normalization, {
      mean: [123.68, 116.779, 103.939],
      std: [1, 1, 1],
      scale: 1,
    });
  });
});

Deno.test("readEncoderWeights() refuses weights without an encoder", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/w.safetensors`;
    const tensors = new Map([
      ["blocks.0.weight", { shape: [1], data: Float32Array.of(1) }],
    ]);
    await writeSafetensors(path, { tensors, metadata: {} });
    await assert.rejects(readEncoderWeights(path), {
      name: "CheckpointError",
      where: `${path} (no features.N or encoder.N, but blocks.0.weight)`,
    });
  });
});

Deno.test("readEncoderWeights() refuses files of another kind, empty ones and folders", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/weights.pth`;
    for (const text of ["", "short", "<!DOCTYPE html><html>"]) {
      Deno.writeTextFileSync(path, text);
      await assert.rejects(readEncoderWeights(path), {
        name: "CheckpointError",
        where: `${path} (neither PyTorch, safetensors, HDF5 nor MATLAB)`,
        fix: /\.pth or \.safetensors/,
      });
    }
    await assert.rejects(readEncoderWeights(folder), {
      name: "CheckpointError",
      where: `${folder} (it is a folder)`,
    });
    await assert.rejects(readEncoderWeights(`${folder}/none`), {
      where: /none \(No such file/,
      fix: /check the path/,
    });
  });
});
