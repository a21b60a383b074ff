/**
 * Networks as plain data: a list of typed layers whose weights are looked up by
 * their torchvision state-dict names.
 *
 * @module
 */

/** A convolution with bias. */
export interface ConvLayer {
  /** A convolution. */
  kind: "conv";
  /** What the field calls it, such as `conv5_1` or `fire9/squeeze`. */
  name: string;
  /** Prefix of its weights in a torchvision state dict, such as `features.24`. */
  weights: string;
  /** Output channels. */
  channels: number;
  /** Rows and columns of the window. */
  size: number;
  /** Positions from one window to the next. */
  stride: number;
  /** Zeros on each side. */
  padding: number;
  /** Whether it has no bias, as before a batch normalisation; it has one if left out. */
  withoutBias?: boolean;
}

/** Batch normalisation by running statistics, which training leaves as they are: a scale and an offset for each channel. */
export interface BatchNormLayer {
  /** A batch normalisation. */
  kind: "batchNorm";
  /** Prefix of its weight, bias, running_mean and running_var in the state dict, such as `features.1`. */
  weights: string;
}

/** What batch normalisation adds to a variance before its root, as in PyTorch and ONNX. */
export const BATCH_NORM_EPSILON = 1e-5;

/** `max(x, 0)`. */
export interface ReluLayer {
  /** A rectifier. */
  kind: "relu";
}

/** Largest value of each window. */
export interface MaxPoolLayer {
  /** A pool. */
  kind: "maxPool";
  /** Rows and columns of the window. */
  size: number;
  /** Positions from one window to the next. */
  stride: number;
  /** Whether a last window that is partly outside counts (torchvision's SqueezeNet) or not. */
  ceilMode: boolean;
  /** Rows and columns on each side that count as nothing; none if left out. */
  padding?: number;
}

/** Branches on the same input, their outputs joined channel by channel. */
export interface ConcatLayer {
  /** A fork and its end. */
  kind: "concat";
  /** Each a list of layers, in order. */
  branches: Layer[][];
}

/** A residual block: branches on the same input, their outputs added up, then `max(x, 0)`. */
export interface ResidualLayer {
  /** A block of a ResNet. */
  kind: "residual";
  /** What torchvision calls it, such as `layer3.0`. */
  name: string;
  /** Convolutions and normalisations, in order. */
  main: Layer[];
  /** The way around; nothing where the input is added as it is. */
  shortcut: Layer[];
}

/** One step of a network. */
export type Layer =
  | ConvLayer
  | BatchNormLayer
  | ReluLayer
  | MaxPoolLayer
  | ConcatLayer
  | ResidualLayer;

/** How pixels become the input of a network: `(pixel / scale − mean) / std`. */
export interface Normalization {
  /** What a pixel of 0-255 is divided by. */
  scale: number;
  /** Per channel, RGB. */
  mean: readonly [number, number, number];
  /** Per channel, RGB. */
  std: readonly [number, number, number];
}

/** An encoder: images `[N, H, W, 3]` in, features `[N, h, w, D]` out. */
export interface Network {
  /** Its name on the command line and in files, such as `vgg16`. */
  name: string;
  /** In order. */
  layers: Layer[];
  /** What its input is made of. */
  normalization: Normalization;
  /** Where training begins unless asked otherwise: the name of a layer or block. */
  trainFrom: string;
}

/** Names of the networks. */
export const ARCH_NAMES = [
  "vgg16",
  "vgg16_bn",
  "alexnet",
  "squeezenet1_1",
  "resnet18",
  "resnet50",
] as const;

/** A network that can be asked for by name. */
export type ArchName = typeof ARCH_NAMES[number];

/**
 * A network as a weights file dictates it.
 *
 * @param choices Input normalisation and the rounding of pools, where the file has its own.
 */
export function adaptNetwork(
  network: Network,
  { normalization, poolCeilMode }: {
    normalization?: Normalization;
    poolCeilMode?: boolean;
  },
): Network {
  const adapted = normalization ? { ...network, normalization } : network;
  if (poolCeilMode === undefined) return adapted;
  const layers = adapted.layers.map((layer) =>
    layer.kind === "maxPool" ? { ...layer, ceilMode: poolCeilMode } : layer
  );
  return { ...adapted, layers };
}
