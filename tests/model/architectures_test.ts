import assert from "node:assert/strict";
import { listConvolutions, weightShapes } from "../../lib/model/layers.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import {
  adaptNetwork,
  ARCH_NAMES,
  type Layer,
} from "../../lib/model/network.ts";

/** Convolutions of torchvision's `features` as `index: [out, in, kh, kw]`. */
const TORCHVISION = {
  vgg16: {
    0: [64, 3, 3, 3],
    2: [64, 64, 3, 3],
    5: [128, 64, 3, 3],
    7: [128, 128, 3, 3],
    10: [256, 128, 3, 3],
    12: [256, 256, 3, 3],
    14: [256, 256, 3, 3],
    17: [512, 256, 3, 3],
    19: [512, 512, 3, 3],
    21: [512, 512, 3, 3],
    24: [512, 512, 3, 3],
    26: [512, 512, 3, 3],
    28: [512, 512, 3, 3],
  },
  alexnet: {
    0: [64, 3, 11, 11],
    3: [192, 64, 5, 5],
    6: [384, 192, 3, 3],
    8: [256, 384, 3, 3],
    10: [256, 256, 3, 3],
  },
  squeezenet1_1: {
    "0": [64, 3, 3, 3],
    ...fire(3, 64, 16, 64),
    ...fire(4, 128, 16, 64),
    ...fire(6, 128, 32, 128),
    ...fire(7, 256, 32, 128),
    ...fire(9, 256, 48, 192),
    ...fire(10, 384, 48, 192),
    ...fire(11, 384, 64, 256),
    ...fire(12, 512, 64, 256),
  },
} as const;

function fire(
  index: number,
  input: number,
  squeezed: number,
  expanded: number,
): Record<string, number[]> {
  return {
    [`${index}.squeeze`]: [squeezed, input, 1, 1],
    [`${index}.expand1x1`]: [expanded, squeezed, 1, 1],
    [`${index}.expand3x3`]: [expanded, squeezed, 3, 3],
  };
}

/** Parameters of torchvision's `features`. */
const NUM_PARAMETERS = {
  vgg16: 14_714_688,
  alexnet: 2_469_696,
  "squeezenet1_1": 722_496,
};

for (const arch of ARCH_NAMES) {
  Deno.test(`describeNetwork() has the weights of torchvision's ${arch}`, () => {
    const shapes = weightShapes(describeNetwork(arch).layers, 3);
    const expected = Object.entries<readonly number[]>(TORCHVISION[arch])
      .flatMap(([index, shape]): [string, number[]][] => [
        [`features.${index}.weight`, [...shape]],
        [`features.${index}.bias`, [shape[0]!]],
      ]);
    assert.deepEqual(shapes, new Map(expected));
    const sizes = [...shapes.values()].map((s) => s.reduce((a, b) => a * b, 1));
    assert.equal(sizes.reduce((a, b) => a + b, 0), NUM_PARAMETERS[arch]);
  });

  Deno.test(`describeNetwork() divides the channels of every layer of ${arch}`, () => {
    const channels = (divisor: number): number[] =>
      listConvolutions(describeNetwork(arch, divisor).layers, 3)
        .map(({ layer }) => layer.channels);
    assert.deepEqual(channels(8), channels(1).map((count) => count / 8));
    assert.ok(channels(1000).every((count) => count === 1));
  });

  Deno.test(`describeNetwork() gives ${arch} layers that are not shared between calls`, () => {
    const before = JSON.stringify(describeNetwork(arch));
    const { layers } = describeNetwork(arch);
    layers.pop();
    layers.shift();
    assert.equal(JSON.stringify(describeNetwork(arch)), before);
  });
}

/** A line per layer, such as `conv 3/1 pad 1` or `pool 3/2`. */
function outline(layers: readonly Layer[]): string[] {
  return layers.map((layer) => {
    switch (layer.kind) {
      case "conv":
        return `conv ${layer.size}/${layer.stride} pad ${layer.padding}`;
      case "maxPool":
        return `pool ${layer.size}/${layer.stride}${
          layer.ceilMode ? " ceil" : ""
        }`;
      case "relu":
        return "relu";
      case "concat":
        return layer.branches.map((branch) => outline(branch).join(", "))
          .join(" | ");
    }
  });
}

Deno.test("describeNetwork() ends VGG-16 and AlexNet at their last convolution", () => {
  const conv = ["conv 3/1 pad 1", "relu"];
  const pool = ["pool 2/2"];
  const [two, three] = [[...conv, ...conv], [...conv, ...conv, ...conv]];
  assert.deepEqual(
    outline(describeNetwork("vgg16").layers),
    [...two, ...pool, ...two, ...pool, ...three, ...pool, ...three, ...pool]
      .concat(three.slice(0, -1)),
  );
  assert.deepEqual(outline(describeNetwork("alexnet").layers), [
    "conv 11/4 pad 2",
    "relu",
    "pool 3/2",
    "conv 5/1 pad 2",
    "relu",
    "pool 3/2",
    ...conv,
    ...conv,
    "conv 3/1 pad 1",
  ]);
});

Deno.test("describeNetwork() pools SqueezeNet 1.1 after conv1, fire3 and fire5, rounding up, and ends before a ReLU", () => {
  const squeeze = ["conv 1/1 pad 0", "relu"];
  const block = [...squeeze, "conv 1/1 pad 0, relu | conv 3/1 pad 1, relu"];
  assert.deepEqual(outline(describeNetwork("squeezenet1_1").layers), [
    "conv 3/2 pad 0",
    "relu",
    "pool 3/2 ceil",
    ...block,
    ...block,
    "pool 3/2 ceil",
    ...block,
    ...block,
    "pool 3/2 ceil",
    ...block,
    ...block,
    ...block,
    ...squeeze,
    "conv 1/1 pad 0 | conv 3/1 pad 1",
  ]);
});

Deno.test("adaptNetwork() takes normalisation and rounding from a weights file, and nothing else", () => {
  const network = describeNetwork("squeezenet1_1");
  assert.equal(adaptNetwork(network, {}), network);
  const normalization = {
    scale: 1,
    mean: [1, 2, 3],
    std: [1, 1, 1],
  } as const;
  const adapted = adaptNetwork(network, { normalization, poolCeilMode: false });
  assert.deepEqual(adapted.normalization, normalization);
  assert.deepEqual(
    outline(adapted.layers),
    outline(network.layers).map((line) => line.replace(" ceil", "")),
  );
});
