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
}

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
}

/** Branches on the same input, their outputs joined channel by channel. */
export interface ConcatLayer {
  /** A fork and its end. */
  kind: "concat";
  /** Each a list of layers, in order. */
  branches: Layer[][];
}

/** One step of a network. */
export type Layer = ConvLayer | ReluLayer | MaxPoolLayer | ConcatLayer;

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
export const ARCH_NAMES = ["vgg16", "alexnet", "squeezenet1_1"] as const;

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
