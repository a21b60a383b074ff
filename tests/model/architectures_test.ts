import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  bufferNames,
  listConvolutions,
  weightShapes,
} from "../../lib/model/layers.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import {
  adaptNetwork,
  ARCH_NAMES,
  type ArchName,
} from "../../lib/model/network.ts";
import { outline, PLAIN_BLOCK, WIDER_BLOCK } from "./outline.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";

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

for (const [arch, table] of Object.entries(TORCHVISION)) {
  Deno.test(`describeNetwork() has the weights of torchvision's ${arch}`, () => {
    const shapes = weightShapes(describeNetwork(arch as ArchName).layers, 3);
    const expected = Object.entries<readonly number[]>(table)
      .flatMap(([index, shape]): [string, number[]][] => [
        [`features.${index}.weight`, [...shape]],
        [`features.${index}.bias`, [shape[0]!]],
      ]);
    assert.deepEqual(shapes, new Map(expected));
  });
}

for (const arch of ["vgg16_bn", "resnet18", "resnet50"] as const) {
  Deno.test(`describeNetwork() has the weights that PyTorch has of ${arch}, in their order`, async () => {
    const file = new URL(
      `../golden/b_encoder/${arch}_div32.pth`,
      import.meta.url,
    );
    const { tensors } = await readEncoderWeights(fileURLToPath(file));
    const { layers } = describeNetwork(arch, { widthDivisor: 32 });
    assert.deepEqual(
      [...weightShapes(layers, 3)],
      [...tensors].map(([name, { shape }]) => [name, shape]),
    );
  });
}

/** Parameters of torchvision's networks up to their last convolution or block; statistics are none. */
const NUM_PARAMETERS: Record<ArchName, number> = {
  vgg16: 14_714_688,
  "vgg16_bn": 14_723_136,
  alexnet: 2_469_696,
  "squeezenet1_1": 722_496,
  resnet18: 11_689_512 - 513_000,
  resnet50: 25_557_032 - 2_049_000,
};

for (const arch of ARCH_NAMES) {
  Deno.test(`describeNetwork() has as many parameters as torchvision's ${arch}`, () => {
    const { layers } = describeNetwork(arch);
    const buffers = new Set(bufferNames(layers));
    const sizes = [...weightShapes(layers, 3)]
      .filter(([name]) => !buffers.has(name))
      .map(([, shape]) => shape.reduce((a, b) => a * b, 1));
    assert.equal(sizes.reduce((a, b) => a + b, 0), NUM_PARAMETERS[arch]);
  });

  Deno.test(`describeNetwork() divides the channels of every layer of ${arch}`, () => {
    const channels = (divisor: number): number[] =>
      listConvolutions(
        describeNetwork(arch, { widthDivisor: divisor }).layers,
        3,
      )
        .map(({ layer }) => layer.channels);
    assert.deepEqual(channels(8), channels(1).map((count) => count / 8));
    assert.ok(channels(5000).every((count) => count === 1));
  });

  Deno.test(`describeNetwork() gives ${arch} layers that are not shared between calls`, () => {
    const before = JSON.stringify(describeNetwork(arch));
    const { layers } = describeNetwork(arch);
    layers.pop();
    layers.shift();
    assert.equal(JSON.stringify(describeNetwork(arch)), before);
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

Deno.test("describeNetwork() normalises VGG-16-BN before each ReLU and after its last convolution", () => {
  const plain = outline(describeNetwork("vgg16").layers);
  const normed = plain.flatMap((line) =>
    line.startsWith("conv") ? [line, "norm"] : [line]
  );
  assert.deepEqual(outline(describeNetwork("vgg16_bn").layers), normed);
});

Deno.test("describeNetwork() has the strides of a ResNet-50 in its 3x3 convolutions", () => {
  const start = ["conv 7/2 pad 3", "norm", "relu", "pool 3/2 pad 1"];
  const block = (stride: number, around: string): string =>
    `conv 1/1 pad 0, norm, relu, conv 3/${stride} pad 1, norm, relu, ` +
    `conv 1/1 pad 0, norm + ${around}`;
  const stage = (count: number, stride: number): string[] => [
    block(stride, `conv 1/${stride} pad 0, norm`),
    ...Array(count - 1).fill(block(1, "as it is")),
  ];
  assert.deepEqual(
    outline(describeNetwork("resnet50").layers),
    [...start, ...stage(3, 1), ...stage(4, 2), ...stage(6, 2), ...stage(3, 2)],
  );
  const cgd = [...start, ...stage(3, 1), ...stage(4, 2), ...stage(6, 1)]
    .concat(stage(3, 2));
  for (const options of [{ layer3Stride: 1 }, { pooling: "cgd:SG" }] as const) {
    assert.deepEqual(
      outline(describeNetwork("resnet50", options).layers),
      cgd,
    );
  }
});

Deno.test("describeNetwork() has no way around in the first blocks of a ResNet-18", () => {
  const wider = [WIDER_BLOCK, PLAIN_BLOCK];
  assert.deepEqual(outline(describeNetwork("resnet18").layers).slice(4), [
    ...[PLAIN_BLOCK, PLAIN_BLOCK],
    ...[...wider, ...wider, ...wider],
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
