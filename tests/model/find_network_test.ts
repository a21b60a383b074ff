import assert from "node:assert/strict";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { findNetwork } from "../../lib/model/find_network.ts";
import { weightShapes } from "../../lib/model/layers.ts";
import { ARCH_NAMES, type ArchName } from "../../lib/model/network.ts";

/** Shapes of the weights of a network. */
function listShapes(
  arch: ArchName,
  widthDivisor: number,
): Map<string, { shape: number[] }> {
  const { layers } = describeNetwork(arch, widthDivisor);
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
