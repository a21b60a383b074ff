/**
 * The networks: AlexNet, VGG-16 and SqueezeNet 1.1.
 *
 * @module
 */
import type {
  ArchName,
  ConvLayer,
  Layer,
  MaxPoolLayer,
  Network,
  Normalization,
  ReluLayer,
} from "./network.ts";

/** Torchvision's: RGB in [0, 1], ImageNet statistics. */
export const IMAGENET: Normalization = {
  scale: 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

const RELU: ReluLayer = { kind: "relu" };

/**
 * Describes a network.
 *
 * @param name Which one.
 * @param widthDivisor Divides the channels of every layer, for small experiments.
 *
 * Source: torchvision's vgg16, alexnet and squeezenet1_1 `features`, without the last
 * ReLU and pool, as in pytorch-NetVlad.
 */
export function describeNetwork(name: ArchName, widthDivisor = 1): Network {
  const width = (channels: number): number =>
    Math.max(1, Math.round(channels / widthDivisor));
  switch (name) {
    case "vgg16":
      return {
        name,
        layers: vgg16(width),
        normalization: IMAGENET,
        trainFrom: "conv5_1",
      };
    case "alexnet":
      return {
        name,
        layers: alexNet(width),
        normalization: IMAGENET,
        trainFrom: "conv5",
      };
    case "squeezenet1_1":
      return {
        name,
        layers: squeezeNet(width),
        normalization: IMAGENET,
        trainFrom: "fire9",
      };
  }
}

/** Channels of each block's convolutions. */
const VGG16_BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

type Width = (channels: number) => number;

function vgg16(width: Width): Layer[] {
  const layers: Layer[] = [];
  VGG16_BLOCKS.forEach((block, b) => {
    if (b > 0) {
      layers.push({ kind: "maxPool", size: 2, stride: 2, ceilMode: false });
    }
    block.forEach((channels, c) => {
      layers.push({
        kind: "conv",
        name: `conv${b + 1}_${c + 1}`,
        weights: `features.${layers.length}`,
        channels: width(channels),
        size: 3,
        stride: 1,
        padding: 1,
      }, RELU);
    });
  });
  return withoutLastRelu(layers);
}

function alexNet(width: Width): Layer[] {
  const pool: MaxPoolLayer = {
    kind: "maxPool",
    size: 3,
    stride: 2,
    ceilMode: false,
  };
  const conv = (
    name: string,
    index: number,
    channels: number,
    [size, stride, padding]: [number, number, number],
  ): ConvLayer => ({
    kind: "conv",
    name,
    weights: `features.${index}`,
    channels: width(channels),
    size,
    stride,
    padding,
  });
  return [
    conv("conv1", 0, 64, [11, 4, 2]),
    RELU,
    pool,
    conv("conv2", 3, 192, [5, 1, 2]),
    RELU,
    pool,
    conv("conv3", 6, 384, [3, 1, 1]),
    RELU,
    conv("conv4", 8, 256, [3, 1, 1]),
    RELU,
    conv("conv5", 10, 256, [3, 1, 1]),
  ];
}

/** Index in torchvision's `features`, squeezed and expanded channels of fire2 to fire9; `pool` between. */
const SQUEEZENET_FIRES = [
  [3, 16, 64],
  [4, 16, 64],
  "pool",
  [6, 32, 128],
  [7, 32, 128],
  "pool",
  [9, 48, 192],
  [10, 48, 192],
  [11, 64, 256],
  [12, 64, 256],
] as const;

function squeezeNet(width: Width): Layer[] {
  const pool: MaxPoolLayer = {
    kind: "maxPool",
    size: 3,
    stride: 2,
    ceilMode: true,
  };
  let fire = 1;
  const layers: Layer[] = [
    {
      kind: "conv",
      name: "conv1",
      weights: "features.0",
      channels: width(64),
      size: 3,
      stride: 2,
      padding: 0,
    },
    RELU,
    pool,
    ...SQUEEZENET_FIRES.flatMap((entry): Layer[] =>
      entry === "pool" ? [pool] : fireBlock(`fire${++fire}`, entry, width)
    ),
  ];
  return withoutLastRelu(layers);
}

/** Ends each branch of the last layer with its convolution. */
function withoutLastRelu(layers: Layer[]): Layer[] {
  const last = layers.at(-1)!;
  if (last.kind === "relu") return layers.slice(0, -1);
  if (last.kind !== "concat") return layers;
  const branches = last.branches.map(withoutLastRelu);
  return [...layers.slice(0, -1), { ...last, branches }];
}

function fireBlock(
  name: string,
  [index, squeezed, expanded]: readonly [number, number, number],
  width: Width,
): Layer[] {
  const conv = (part: string, channels: number, size: number): ConvLayer => ({
    kind: "conv",
    name: `${name}/${part}`,
    weights: `features.${index}.${part}`,
    channels: width(channels),
    size,
    stride: 1,
    padding: (size - 1) / 2,
  });
  return [
    conv("squeeze", squeezed, 1),
    RELU,
    {
      kind: "concat",
      branches: [
        [conv("expand1x1", expanded, 1), RELU],
        [conv("expand3x3", expanded, 3), RELU],
      ],
    },
  ];
}
