import assert from "node:assert/strict";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { cutNetwork, intermediateSizes } from "../../lib/model/layers.ts";
import type { ArchName } from "../../lib/model/network.ts";
import type { Pooling } from "../../lib/model/options.ts";
import { imagesLearnedAtOnce } from "../../lib/train/images_at_once.ts";

/** How many images of a size a network learns from at once, as far as memory for gradients goes. */
function count(
  arch: ArchName,
  pooling: Pooling,
  [height, width]: [number, number],
  fitting = Infinity,
): number {
  const network = describeNetwork(arch, { pooling });
  const parts = cutNetwork(network, network.trainFrom);
  const input = { height, width, channels: 3 };
  const cut = intermediateSizes(parts.frozen, input).at(-1)!;
  const shape = [1, cut.height, cut.width, cut.channels];
  const model = { parts, imagesPerTrainedRun: () => fitting };
  return imagesLearnedAtOnce(model, { shape });
}

Deno.test("imagesLearnedAtOnce() takes a batch of pytorch-NetVlad at once: four tuples of twelve images", () => {
  assert.ok(count("vgg16", "netvlad", [480, 640]) >= 48);
});

Deno.test("imagesLearnedAtOnce() takes as many images for CGD as WASM has memory for", () => {
  assert.ok(count("resnet50", "cgd:SG", [224, 224]) <= 27);
  assert.ok(count("resnet50", "cgd:SG", [224, 224]) >= 20);
  assert.ok(count("resnet18", "cgd:SG", [224, 224]) >= 80);
});

Deno.test("imagesLearnedAtOnce() takes no more than fit the trained part, and at least one", () => {
  assert.equal(count("vgg16", "netvlad", [480, 640], 5), 5);
  assert.equal(count("vgg16", "netvlad", [48000, 64000]), 1);
});
