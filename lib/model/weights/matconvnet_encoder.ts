/**
 * The encoder of a MatConvNet network: VGG-16, layer by layer.
 *
 * @module
 */
import type { FileBytes } from "../../file_bytes.ts";
import { describeNetwork } from "../architectures.ts";
import type { ConvLayer, Layer } from "../network.ts";
import type { MatLayer } from "./matconvnet_layer.ts";
import type { NamedTensors } from "./tensors.ts";

/** An encoder, and what comes after it. */
export interface MatEncoder {
  /** By torchvision's names. */
  tensors: NamedTensors;
  /** Name in the file of each. */
  fileNames: Map<string, string>;
  /** Whether pools round sizes up. */
  poolCeilMode: boolean;
  /** The layers after it. */
  rest: MatLayer[];
}

/**
 * Reads layers as long as they are those of VGG-16.
 *
 * Relja's program has a pool before the ReLU that it comes after: that is the same.
 *
 * @throws {CheckpointError} If a layer is another one; it names the first.
 */
export function readMatEncoder(
  file: FileBytes,
  layers: readonly MatLayer[],
): MatEncoder {
  refuseCaffe(file, layers);
  const found = withReluFirst(layers);
  const { layers: expected } = describeNetwork("vgg16");
  const ends = expected.findIndex((_, i) =>
    isHead(found[i]) && expected[i - 1]?.kind === "conv"
  );
  const count = ends < 0 ? expected.length : ends;
  const tensors: NamedTensors = new Map();
  const fileNames = new Map<string, string>();
  const ceilModes = new Set<boolean>();
  expected.slice(0, count).forEach((layer, i) => {
    const here = found[i];
    const ceilMode = checkLayer(file, here, layer);
    if (ceilMode !== undefined) ceilModes.add(ceilMode);
    if (layer.kind !== "conv") return;
    addConvolution(here!, layer, { tensors, fileNames });
  });
  if (ceilModes.size > 1) throw file.fail("its pools have different paddings");
  const poolCeilMode = ceilModes.has(true);
  return { tensors, fileNames, poolCeilMode, rest: found.slice(count) };
}

/** Whether a layer is of Relja's: it begins the head. */
function isHead(layer: MatLayer | undefined): boolean {
  return layer?.type === "custom" || layer?.type === "normalize";
}

/** A normalisation across channels that is not for the layers of Relja's after it is AlexNet's. */
function refuseCaffe(file: FileBytes, layers: readonly MatLayer[]): void {
  const core = layers.findIndex((layer) => layer.type === "custom");
  const found = layers.slice(0, core < 0 ? layers.length : core - 1)
    .find((layer) => layer.type === "normalize");
  if (found === undefined) return;
  throw file.fail(
    `${found.label} normalises across channels, as AlexNet of Caffe does: no network here has that, nor its groups of channels`,
  );
}

function withReluFirst(layers: readonly MatLayer[]): MatLayer[] {
  const ordered = [...layers];
  for (let i = 0; i + 1 < ordered.length; i++) {
    const [first, second] = [ordered[i]!, ordered[i + 1]!];
    if (first.type !== "pool" || second.type !== "relu") continue;
    ordered[i] = second;
    ordered[i + 1] = first;
  }
  return ordered;
}

/** @returns Of a pool, whether it rounds sizes up. */
function checkLayer(
  file: FileBytes,
  found: MatLayer | undefined,
  expected: Layer,
): boolean | undefined {
  const wanted = describeExpected(expected);
  if (found === undefined) {
    throw file.fail(`it ends where VGG-16 has ${wanted}`);
  }
  const there = describeFound(found);
  if (there.words !== wanted) {
    throw file.fail(`${found.label} is ${there.words}, not ${wanted}`);
  }
  return there.ceilMode;
}

function describeExpected(layer: Layer): string {
  switch (layer.kind) {
    case "conv":
      return describeConvolution(layer.size, layer.stride, layer.padding);
    case "maxPool":
      return describePool(layer.size, layer.stride, 0);
    default:
      return layer.kind;
  }
}

function describeFound(layer: MatLayer): { words: string; ceilMode?: boolean } {
  const stride = same(layer.numbers("stride", [1]));
  const pad = layer.numbers("pad", [0]);
  if (layer.type === "conv") {
    const [height = 1, width = 1] = layer.weightSizes(0);
    const dilation = same(layer.numbers("dilate", [1]));
    const words = describeConvolution(
      same([height, width]),
      stride,
      same(pad),
    );
    return { words: dilation === "1" ? words : `${words}, dilated` };
  }
  if (layer.type === "pool") {
    const ceilMode = `${pad}` === "0,1,0,1";
    const size = same(layer.numbers("pool", [1]));
    const words = describePool(size, stride, ceilMode ? 0 : same(pad));
    const isMax = layer.text("method") === "max";
    return { words: isMax ? words : words.replace("max", "mean"), ceilMode };
  }
  const isLeaky = layer.numbers("leak", [0])[0] !== 0;
  const type = layer.type || "a layer without a type";
  return { words: layer.type === "relu" && isLeaky ? "a leaky relu" : type };
}

type Count = number | string;

/** The number that all are, or all of them. */
function same(numbers: readonly number[]): string {
  return new Set(numbers).size === 1 ? `${numbers[0]}` : `[${numbers}]`;
}

function describeConvolution(size: Count, stride: Count, pad: Count): string {
  return `a convolution of ${size}, stride ${stride}, padding ${pad}`;
}

function describePool(size: Count, stride: Count, pad: Count): string {
  return `a max pool of ${size}, stride ${stride}, padding ${pad}`;
}

function addConvolution(
  found: MatLayer,
  { weights }: ConvLayer,
  { tensors, fileNames }: Pick<MatEncoder, "tensors" | "fileNames">,
): void {
  tensors.set(`${weights}.weight`, found.weights(0, "filters"));
  tensors.set(`${weights}.bias`, found.weights(1, "values"));
  fileNames.set(`${weights}.weight`, `${found.path}.weights{1}`);
  fileNames.set(`${weights}.bias`, `${found.path}.weights{2}`);
}
