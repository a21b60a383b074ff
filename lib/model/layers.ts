/**
 * What can be known of a list of layers without running it: where to cut it, what
 * weights it needs, what sizes it makes.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { findPart } from "./layer_names.ts";
import type {
  BatchNormLayer,
  ConvLayer,
  Layer,
  MaxPoolLayer,
  Network,
} from "./network.ts";

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
 * @param from Name of a convolution (`conv5_1`), block (`fire9`, `layer4.1`) or stage
 * (`layer4`) of the top level; `null` leaves everything frozen.
 * @throws {OptionsError} If there is no such layer; it lists those that are there.
 */
export function cutNetwork(
  { name, layers }: Network,
  from: string | null,
): NetworkParts {
  if (from === null) return { frozen: layers, trained: [] };
  const { start } = findPart(name, layers, from, "trainFrom");
  return { frozen: layers.slice(0, start), trained: layers.slice(start) };
}

/** A layer with weights, and the channels of its input. */
interface WeightedLayer<Kind extends ConvLayer | BatchNormLayer> {
  layer: Kind;
  inputChannels: number;
}

/** The convolutions of a list of layers in order, with their input channels. */
export function listConvolutions(
  layers: readonly Layer[],
  inputChannels: number,
): WeightedLayer<ConvLayer>[] {
  return listWeighted(layers, inputChannels).filter((
    found,
  ): found is WeightedLayer<ConvLayer> => found.layer.kind === "conv");
}

/** The lists of layers inside of a block that its input goes through. */
export function branchesOf(layer: Layer): readonly Layer[][] {
  switch (layer.kind) {
    case "concat":
      return layer.branches;
    case "residual":
      return [layer.main, layer.shortcut];
    default:
      return [];
  }
}

function listWeighted(
  layers: readonly Layer[],
  inputChannels: number,
): WeightedLayer<ConvLayer | BatchNormLayer>[] {
  let channels = inputChannels;
  return layers.flatMap((layer) => {
    const before = channels;
    channels = outputChannels([layer], channels);
    return layer.kind === "conv" || layer.kind === "batchNorm"
      ? [{ layer, inputChannels: before }]
      : branchesOf(layer).flatMap((branch) => listWeighted(branch, before));
  });
}

/** Channels after a list of layers. */
export function outputChannels(
  layers: readonly Layer[],
  inputChannels: number,
): number {
  return layers.reduce((channels, layer) => {
    switch (layer.kind) {
      case "conv":
        return layer.channels;
      case "residual":
        return outputChannels(layer.main, channels);
      case "concat":
        return layer.branches
          .map((branch) => outputChannels(branch, channels))
          .reduce((sum, value) => sum + value, 0);
      default:
        return channels;
    }
  }, inputChannels);
}

/** Shapes of the weights that a list of layers needs, buffers too, by state-dict name, `[out, in, kh, kw]` and `[out]`. */
export function weightShapes(
  layers: readonly Layer[],
  inputChannels: number,
): Map<string, number[]> {
  return new Map(
    listWeighted(layers, inputChannels).flatMap(
      ({ layer, inputChannels: C }): [string, number[]][] => {
        const { weights } = layer;
        if (layer.kind === "batchNorm") {
          return BATCH_NORM_WEIGHTS.map((name) => [`${weights}.${name}`, [C]]);
        }
        const { channels: D, size, withoutBias } = layer;
        const bias: [string, number[]] = [`${weights}.bias`, [D]];
        return [
          [`${weights}.weight`, [D, C, size, size]],
          ...(withoutBias ? [] : [bias]),
        ];
      },
    ),
  );
}

const RUNNING_STATISTICS = ["running_mean", "running_var"] as const;

/** What a batch normalisation has for each channel, in the order of a state dict. */
const BATCH_NORM_WEIGHTS = ["weight", "bias", ...RUNNING_STATISTICS] as const;

/** Names of those weights of a list of layers that are not trained: running statistics. */
export function bufferNames(layers: readonly Layer[]): string[] {
  return listWeighted(layers, 0).flatMap(({ layer }) =>
    layer.kind === "batchNorm"
      ? RUNNING_STATISTICS.map((name) => `${layer.weights}.${name}`)
      : []
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
    for (const branch of branchesOf(layer)) {
      sizes.push(...listSizes(branch, before).slice(1));
    }
    sizes.push({
      height: outputLength(layer, before.height),
      width: outputLength(layer, before.width),
      channels: outputChannels([layer], before.channels),
    });
  }
  return sizes;
}

/** Rows, or columns, after a layer. */
function outputLength(layer: Layer, length: number): number {
  switch (layer.kind) {
    case "conv":
      return countWindows(layer, length);
    case "maxPool":
      return countWindows(layer, length, layer.ceilMode);
    case "residual":
      return layer.main.reduce(
        (length, inner) => outputLength(inner, length),
        length,
      );
    default:
      return length;
  }
}

function countWindows(
  { size, stride, padding = 0 }: Pick<
    MaxPoolLayer,
    "size" | "stride" | "padding"
  >,
  length: number,
  ceilMode = false,
): number {
  const round = ceilMode ? Math.ceil : Math.floor;
  return round((length + 2 * padding - size) / stride) + 1;
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
