import assert from "node:assert/strict";
import {
  cutNetwork,
  imagesPerRun,
  intermediateSizes,
  outputChannels,
  weightShapes,
} from "../../lib/model/layers.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { ARCH_NAMES, type ArchName } from "../../lib/model/network.ts";

const MIB = 2 ** 20;

Deno.test("cutNetwork() cuts each network before the block it trains from", () => {
  const first = (name: ArchName): unknown => {
    const network = describeNetwork(name);
    const { frozen, trained } = cutNetwork(network, network.trainFrom);
    assert.deepEqual([...frozen, ...trained], network.layers);
    return weightShapes(trained, 3).keys().next().value;
  };
  assert.deepEqual(ARCH_NAMES.map(first), [
    "features.24.weight",
    "features.34.weight",
    "features.10.weight",
    "features.12.squeeze.weight",
    "features.7.0.conv1.weight",
    "features.7.0.conv1.weight",
  ]);
});

Deno.test("cutNetwork() cuts before a stage, a block or a normalised convolution", () => {
  const firstOf = (name: ArchName, from: string): unknown => {
    const { trained } = cutNetwork(describeNetwork(name), from);
    return weightShapes(trained, 3).keys().next().value;
  };
  assert.equal(firstOf("resnet50", "layer3"), "features.6.0.conv1.weight");
  assert.equal(firstOf("resnet50", "layer3.5"), "features.6.5.conv1.weight");
  assert.equal(firstOf("resnet50", "conv1"), "features.0.weight");
  assert.equal(firstOf("vgg16_bn", "conv5_3"), "features.40.weight");
});

Deno.test("cutNetwork() freezes everything for null and nothing for the first layer", () => {
  const network = describeNetwork("alexnet");
  assert.deepEqual(cutNetwork(network, null), {
    frozen: network.layers,
    trained: [],
  });
  assert.deepEqual(cutNetwork(network, "conv1"), {
    frozen: [],
    trained: network.layers,
  });
});

Deno.test("cutNetwork() lists the layers that there are", () => {
  assert.throws(() => cutNetwork(describeNetwork("alexnet"), "conv5_1"), {
    name: "OptionsError",
    where: "option trainFrom",
    fix: "use one of conv1, conv2, conv3, conv4, conv5",
  });
  assert.throws(() => cutNetwork(describeNetwork("squeezenet1_1"), "fire1"), {
    fix:
      "use one of conv1, fire2, fire3, fire4, fire5, fire6, fire7, fire8, fire9",
  });
});

Deno.test("outputChannels() adds the branches of a block", () => {
  const channels = ARCH_NAMES.map((name) =>
    outputChannels(describeNetwork(name).layers, 3)
  );
  assert.deepEqual(channels, [512, 512, 256, 512, 512, 2048]);
});

Deno.test("intermediateSizes() ends at torchvision's sizes for even and odd images", () => {
  const sizeOf = (name: ArchName, width: number, height: number): number[] => {
    const { layers } = describeNetwork(name);
    const size = intermediateSizes(layers, { height, width, channels: 3 })
      .at(-1)!;
    return [size.height, size.width, size.channels];
  };
  assert.deepEqual(sizeOf("vgg16", 640, 480), [30, 40, 512]);
  assert.deepEqual(sizeOf("vgg16", 131, 93), [5, 8, 512]);
  assert.deepEqual(sizeOf("alexnet", 160, 120), [6, 9, 256]);
  // 113 → 57 → 29 → 15 → 8 → 4: a padded pool and padded convolutions round up.
  assert.deepEqual(sizeOf("resnet18", 224, 224), [7, 7, 512]);
  assert.deepEqual(sizeOf("resnet50", 113, 131), [5, 4, 2048]);
  // 224 → 111 → 55 → 27 → 13; 113 → 56 → 28 → 14 → 7 (rounded up).
  assert.deepEqual(sizeOf("squeezenet1_1", 224, 224), [13, 13, 512]);
  assert.deepEqual(sizeOf("squeezenet1_1", 113, 115), [7, 7, 512]);
});

Deno.test("intermediateSizes() counts the values inside of blocks", () => {
  const { layers } = describeNetwork("squeezenet1_1");
  const sizes = intermediateSizes(layers.slice(0, 6), {
    height: 33,
    width: 33,
    channels: 3,
  });
  assert.deepEqual(
    sizes.map(({ height, channels }) => `${height}x${channels}`),
    ["33x3", "16x64", "16x64", "8x64", "8x16", "8x16"]
      .concat(["8x64", "8x64", "8x64", "8x64", "8x128"]),
  );
});

Deno.test("intermediateSizes() counts both ways through a residual block", () => {
  const { layers } = describeNetwork("resnet18");
  const [block] = layers.slice(6, 7);
  const sizes = intermediateSizes([block!], {
    height: 9,
    width: 9,
    channels: 64,
  });
  assert.deepEqual(
    sizes.map(({ height, channels }) => `${height}x${channels}`),
    ["9x64", "5x128", "5x128", "5x128", "5x128", "5x128", "5x128", "5x128"]
      .concat(["5x128"]),
  );
});

Deno.test("intermediateSizes() takes images of any size where convolutions are padded", () => {
  const { layers } = describeNetwork("resnet18");
  const input = { height: 1, width: 1, channels: 3 };
  assert.deepEqual(intermediateSizes(layers, input).at(-1), {
    height: 1,
    width: 1,
    channels: 512,
  });
});

Deno.test("intermediateSizes() refuses images that nothing is left of", () => {
  const smallest = [["alexnet", 31], ["vgg16", 16], ["squeezenet1_1", 17]];
  for (const [name, least] of smallest as [ArchName, number][]) {
    const sizesOf = (width: number): unknown =>
      intermediateSizes(describeNetwork(name).layers, {
        height: 200,
        width,
        channels: 3,
      });
    for (const width of [1, least - 1]) {
      assert.throws(() => sizesOf(width), {
        name: "ShapeError",
        message: new RegExp(`^Cannot encode images of ${width}x200`),
        where: "option resize",
        fix: `use larger images, at least ${least}x${least}`,
      });
    }
    sizesOf(least);
  }
});

Deno.test("imagesPerRun() plans a VGG-16 batch of 12 images of 640x480 for a limit of 128 MiB", () => {
  const { layers } = describeNetwork("vgg16");
  const input = { height: 480, width: 640, channels: 3 };
  const perRun = imagesPerRun(layers, input, 128 * MIB);
  const largestBytes = Math.max(
    ...intermediateSizes(layers, input)
      .map(({ height, width, channels }) => height * width * channels * 4),
  );
  assert.equal(largestBytes, 480 * 640 * 64 * 4);
  assert.ok(largestBytes * 12 > 128 * MIB);
  assert.ok(largestBytes * perRun <= 128 * MIB);
  assert.equal(perRun, 1);
  assert.equal(imagesPerRun(layers, input, 512 * MIB), 6);
});

Deno.test("imagesPerRun() is at least one", () => {
  const { layers } = describeNetwork("vgg16");
  const input = { height: 480, width: 640, channels: 3 };
  assert.equal(imagesPerRun(layers, input, 1), 1);
});
