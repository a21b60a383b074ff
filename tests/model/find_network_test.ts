import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { findNetwork } from "../../lib/model/find_network.ts";
import { weightShapes } from "../../lib/model/layers.ts";
import { ARCH_NAMES, type ArchName } from "../../lib/model/network.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";

/** Shapes of the weights of a network. */
function listShapes(
  arch: ArchName,
  widthDivisor: number,
): Map<string, { shape: number[] }> {
  const { layers } = describeNetwork(arch, { widthDivisor });
  return new Map(
    [...weightShapes(layers, 3)].map(([name, shape]) => [name, { shape }]),
  );
}

for (const arch of ARCH_NAMES) {
  Deno.test(`findNetwork() finds ${arch} of any width`, () => {
    for (const widthDivisor of [1, 2, 8, 16, 32, 64]) {
      const found = findNetwork(listShapes(arch, widthDivisor));
      assert.deepEqual(found, { arch, widthDivisor, misfits: 0 });
    }
    for (const widthDivisor of [3, 5, 7, 100, 5000]) {
      const { misfits, ...found } = findNetwork(listShapes(arch, widthDivisor));
      assert.equal(misfits, 0);
      assert.equal(found.arch, arch);
      assert.deepEqual(
        listShapes(arch, found.widthDivisor),
        listShapes(arch, widthDivisor),
      );
    }
  });

  Deno.test(`findNetwork() finds what is nearest to a damaged ${arch}`, () => {
    const shapes = listShapes(arch, 8);
    const names = [...shapes.keys()];
    shapes.delete(names.at(-1)!);
    shapes.set(names.at(-2)!, { shape: [1] });
    assert.deepEqual(findNetwork(shapes), {
      arch,
      widthDivisor: 8,
      misfits: 2,
    });
  });
}

Deno.test("findNetwork() keeps to the networks that come into question", () => {
  const { arch, misfits } = findNetwork(listShapes("alexnet", 1), ["vgg16"]);
  assert.equal(arch, "vgg16");
  assert.ok(misfits > 10);
  assert.equal(findNetwork(new Map()).misfits, 10);
});

Deno.test("findNetwork() finds where an encoder ends, if its weights fit up to there", () => {
  const cuts = [
    ["vgg16", "conv4_3"],
    ["vgg16_bn", "conv4_3"],
    ["squeezenet1_1", "fire5"],
    ["resnet18", "layer3"],
    ["resnet50", "layer3.4"],
  ] as const;
  for (const [arch, lastLayer] of cuts) {
    const { layers } = describeNetwork(arch, { widthDivisor: 8, lastLayer });
    const shapes = new Map(
      [...weightShapes(layers, 3)].map(([name, shape]) => [name, { shape }]),
    );
    assert.deepEqual(findNetwork(shapes), {
      arch,
      widthDivisor: 8,
      lastLayer,
      misfits: 0,
    });
    shapes.delete(shapes.keys().next().value!);
    assert.ok(findNetwork(shapes).misfits > 0);
  }
});

Deno.test("findNetwork() finds the ResNet-18 of CGD by its backbone", async () => {
  const file = new URL("../golden/f_cgd/smg_b8.pth", import.meta.url);
  const { tensors } = await readEncoderWeights(fileURLToPath(file));
  assert.deepEqual(findNetwork(tensors), {
    arch: "resnet18",
    widthDivisor: 16,
    misfits: 0,
  });
});
