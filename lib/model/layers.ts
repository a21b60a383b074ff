/**
 * What can be known of a list of layers without running it: where to cut it, what
 * weights it needs, what sizes it makes.
 *
 * @module
 */
import { OptionsError, ShapeError } from "../errors.ts";
import type { ConvLayer, Layer, Network } from "./network.ts";

/** A network cut in two: what stays as it is, and what is trained. */
export interface NetworkParts {
  /** Run by ONNX Runtime. */
  frozen: Layer[];
  /** Run by TensorFlow.js. */
  trained: Layer[];
}

/**
 * Cuts a network before a layer or block.
 *
 * @param from Name of a convolution (`conv5_1`) or block (`fire9`) of the top
 * level; `null` leaves everything frozen.
 * @throws {OptionsError} If there is no such layer; it lists those that are there.
 */
export function cutNetwork(
  network: Network,
  from: string | null,
): NetworkParts {
  const { layers } = network;
  if (from === null) return { frozen: layers, trained: [] };
  const at = layers.findIndex((layer) =>
    layer.kind === "conv" && blockOf(layer) === from
  );
  if (at < 0) {
    const names = layers.flatMap((layer) =>
      layer.kind === "conv" ? [blockOf(layer)] : []
    );
    throw new OptionsError(`Cannot train ${network.name} from ${from}`, {
      where: "option trainFrom",
      fix: `use one of ${names.join(", ")}`,
    });
  }
  return { frozen: layers.slice(0, at), trained: layers.slice(at) };
}

function blockOf(layer: ConvLayer): string {
  return layer.name.split("/")[0]!;
}

/** The convolutions of a list of layers in order, with their input channels. */
export function listConvolutions(
  layers: readonly Layer[],
  inputChannels: number,
): { layer: ConvLayer; inputChannels: number }[] {
  const found: { layer: ConvLayer; inputChannels: number }[] = [];
  let channels = inputChannels;
  for (const layer of layers) {
    if (layer.kind === "conv") {
      found.push({ layer, inputChannels: channels });
    } else if (layer.kind === "concat") {
      for (const branch of layer.branches) {
        found.push(...listConvolutions(branch, channels));
      }
    }
    channels = outputChannels([layer], channels);
  }
  return found;
}

/** Channels after a list of layers. */
export function outputChannels(
  layers: readonly Layer[],
  inputChannels: number,
): number {
  return layers.reduce((channels, layer) => {
    if (layer.kind === "conv") return layer.channels;
    if (layer.kind !== "concat") return channels;
    return layer.branches
      .map((branch) => outputChannels(branch, channels))
      .reduce((sum, value) => sum + value, 0);
  }, inputChannels);
}

/** Shapes of the weights that a list of layers needs, by state-dict name, `[out, in, kh, kw]` and `[out]`. */
export function weightShapes(
  layers: readonly Layer[],
  inputChannels: number,
): Map<string, number[]> {
  return new Map(
    listConvolutions(layers, inputChannels).flatMap(
      ({ layer, inputChannels: C }): [string, number[]][] => [
        [`${layer.weights}.weight`, [
          layer.channels,
          C,
          layer.size,
          layer.size,
        ]],
        [`${layer.weights}.bias`, [layer.channels]],
      ],
    ),
  );
}

/** Rows, columns and channels of a value inside a network. */
export interface FeatureSize {
  /** Rows. */
  height: number;
  /** Columns. */
  width: number;
  /** Values of each position. */
  channels: number;
}

/**
 * Sizes of every intermediate value for one image, in order, the input first.
 *
 * @throws {ShapeError} If the image is too small for the network.
 */
export function intermediateSizes(
  layers: readonly Layer[],
  input: FeatureSize,
): FeatureSize[] {
  const sizes = listSizes(layers, input);
  const last = sizes.at(-1)!;
  if (last.height < 1 || last.width < 1) {
    const least = smallestSide(layers, input.channels);
    throw new ShapeError(
      `Cannot encode images of ${input.width}x${input.height}`,
      {
        where: "option resize",
        fix: `use larger images, at least ${least}x${least}`,
      },
    );
  }
  return sizes;
}

/** Rows, and columns, of the smallest image that something is left of. */
function smallestSide(layers: readonly Layer[], channels: number): number {
  let side = 1;
  const isLost = (): boolean =>
    listSizes(layers, { height: side, width: side, channels }).at(-1)!.height <
      1;
  while (isLost()) side++;
  return side;
}

function listSizes(
  layers: readonly Layer[],
  input: FeatureSize,
): FeatureSize[] {
  const sizes = [input];
  for (const layer of layers) {
    const before = sizes.at(-1)!;
    if (layer.kind === "concat") {
      for (const branch of layer.branches) {
        sizes.push(...listSizes(branch, before).slice(1));
      }
    }
    sizes.push({
      height: outputLength(layer, before.height),
      width: outputLength(layer, before.width),
      channels: outputChannels([layer], before.channels),
    });
  }
  return sizes;
}

function outputLength(layer: Layer, length: number): number {
  if (layer.kind === "conv") {
    return Math.floor(
      (length + 2 * layer.padding - layer.size) / layer.stride,
    ) + 1;
  }
  if (layer.kind === "maxPool") {
    const round = layer.ceilMode ? Math.ceil : Math.floor;
    return round((length - layer.size) / layer.stride) + 1;
  }
  return length;
}

/**
 * How many images can go through some layers at once, so that no single value
 * is larger than an engine can bind; at least one.
 */
export function imagesPerRun(
  layers: readonly Layer[],
  input: FeatureSize,
  maxTensorBytes: number,
): number {
  const largest = Math.max(
    ...intermediateSizes(layers, input)
      .map(({ height, width, channels }) => height * width * channels * 4),
  );
  return Math.max(1, Math.floor(maxTensorBytes / largest));
}
