import assert from "node:assert/strict";
import { describeNetwork } from "../../lib/model/architectures.ts";
import type { ArchName } from "../../lib/model/network.ts";
import { outline, PLAIN_BLOCK, WIDER_BLOCK } from "./outline.ts";

Deno.test("describeNetwork() ends where it is asked to, before a ReLU, and trains the last stage that is left", () => {
  const ends = [
    ["vgg16", "conv4_3", 21, "conv 3/1 pad 1", "conv4_1"],
    ["vgg16", "conv5_2", 26, "conv 3/1 pad 1", "conv5_1"],
    ["vgg16_bn", "conv4_3", 31, "norm", "conv4_1"],
    ["alexnet", "conv3", 6, "conv 3/1 pad 1", "conv3"],
    ["squeezenet1_1", "fire3", 8, "conv 1/1 pad 0 | conv 3/1 pad 1", "fire3"],
    ["resnet18", "conv1", 1, "norm", "conv1"],
    ["resnet18", "layer3", 9, PLAIN_BLOCK, "layer3"],
    ["resnet18", "layer4.0", 10, WIDER_BLOCK, "layer4"],
  ] as const;
  for (const [arch, lastLayer, at, last, trainFrom] of ends) {
    const { layers, ...network } = describeNetwork(arch, { lastLayer });
    const whole = describeNetwork(arch).layers;
    assert.equal(layers.length, at + 1, arch);
    assert.deepEqual(layers.slice(0, at), whole.slice(0, at));
    assert.equal(outline(layers)[at], last);
    assert.equal(network.trainFrom, trainFrom);
  }
});

Deno.test("describeNetwork() lists the layers that it can end at", () => {
  const end = (arch: ArchName, lastLayer: string): unknown =>
    describeNetwork(arch, { lastLayer });
  assert.throws(() => end("alexnet", "conv9"), {
    name: "OptionsError",
    message: /^Cannot end alexnet at conv9/,
    where: "option lastLayer",
    fix: "use one of conv1, conv2, conv3, conv4, conv5",
  });
  assert.throws(() => end("resnet18", "layer5"), {
    fix: "use one of conv1, layer1, layer1.0, layer1.1, layer2, layer2.0, " +
      "layer2.1, layer3, layer3.0, layer3.1, layer4, layer4.0, layer4.1",
  });
});

Deno.test("describeNetwork() refuses a stride of layer3 where there is no layer3", () => {
  assert.throws(() => describeNetwork("vgg16", { layer3Stride: 1 }), {
    name: "OptionsError",
    message: /^Cannot set the stride of layer3 of vgg16/,
    where: "option layer3Stride",
    fix: "leave it out: it is for resnet18 and resnet50",
  });
});
