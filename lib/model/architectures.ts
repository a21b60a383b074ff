/**
 * The networks: AlexNet, VGG-16, SqueezeNet 1.1 and ResNets.
 *
 * @module
 */
import { alexNet } from "./architectures/alexnet.ts";
import { resNet } from "./architectures/resnet.ts";
import { squeezeNet } from "./architectures/squeezenet.ts";
import { vgg16 } from "./architectures/vgg.ts";
import { divideWidth, RELU, type Width } from "./architectures/width.ts";
import { OptionsError } from "../errors.ts";
import { findPart, listParts } from "./layer_names.ts";
import type { ArchName, Layer, Network, Normalization } from "./network.ts";
import { isCgd, MODEL_DEFAULTS, type ModelOptions } from "./options.ts";

/** Torchvision's: RGB in [0, 1], ImageNet statistics. */
export const IMAGENET: Normalization = {
  scale: 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** What decides the layers of a network besides its name. */
export type NetworkOptions = Partial<
  Pick<
    ModelOptions,
    "widthDivisor" | "lastLayer" | "lastRelu" | "layer3Stride" | "pooling"
  >
>;

/**
 * Describes a network up to its last convolution or block, or up to `lastLayer`.
 *
 * It ends before the ReLU of that convolution, unless `lastRelu` keeps it; a block of a ResNet
 * has its ReLU inside.
 *
 * @param name Which one.
 * @throws {OptionsError} If it has no such last layer, listing those that are there; or no
 * layer3 that has a stride.
 *
 * Source: torchvision's networks, without the last ReLU and pool, as in pytorch-NetVlad.
 */
export function describeNetwork(
  name: ArchName,
  options: NetworkOptions = {},
): Network {
  const { widthDivisor = MODEL_DEFAULTS.widthDivisor, lastLayer } = options;
  if (options.layer3Stride !== undefined) checkStage(name);
  const all = listLayers(name, divideWidth(widthDivisor), options);
  const { end } = lastLayer === undefined
    ? listParts(all).at(-1)!
    : findPart(name, all, lastLayer, "lastLayer");
  const bare = withoutLastRelu(all.slice(0, end));
  const layers = options.lastRelu ? withLastRelu(bare) : bare;
  const trainFrom = chooseTrainFrom(TRAIN_FROM[name], layers);
  return { name, layers, normalization: IMAGENET, trainFrom };
}

/** Where training begins unless asked otherwise. */
const TRAIN_FROM: Record<ArchName, string> = {
  vgg16: "conv5_1",
  ["vgg16_bn"]: "conv5_1",
  alexnet: "conv5",
  ["squeezenet1_1"]: "fire9",
  resnet18: "layer4",
  resnet50: "layer4",
};

function listLayers(
  name: ArchName,
  width: Width,
  options: NetworkOptions,
): Layer[] {
  const layer3Stride = chooseLayer3Stride(options);
  switch (name) {
    case "vgg16":
      return vgg16(width, { batchNorm: false });
    case "vgg16_bn":
      return vgg16(width, { batchNorm: true });
    case "alexnet":
      return alexNet(width);
    case "squeezenet1_1":
      return squeezeNet(width);
    case "resnet18":
      return resNet(width, {
        blocks: [2, 2, 2, 2],
        block: "basic",
        layer3Stride,
      });
    case "resnet50":
      return resNet(width, {
        blocks: [3, 4, 6, 3],
        block: "bottleneck",
        layer3Stride,
      });
  }
}

/** Only a ResNet has a layer3. */
function checkStage(name: ArchName): void {
  if (name === "resnet18" || name === "resnet50") return;
  throw new OptionsError(`Cannot set the stride of layer3 of ${name}`, {
    where: "option layer3Stride",
    fix: "leave it out: it is for resnet18 and resnet50",
  });
}

/** The stride of a ResNet's layer3: that which is asked for, or 1 for CGD and 2 for others. */
function chooseLayer3Stride(
  { layer3Stride, pooling }: NetworkOptions,
): 1 | 2 {
  return layer3Stride ?? (isCgd(pooling) ? 1 : 2);
}

/** Ends each branch of the last layer with its convolution. */
function withoutLastRelu(layers: Layer[]): Layer[] {
  const last = layers.at(-1)!;
  if (last.kind === "relu") return layers.slice(0, -1);
  if (last.kind !== "concat") return layers;
  const branches = last.branches.map(withoutLastRelu);
  return [...layers.slice(0, -1), { ...last, branches }];
}

/** Ends a network with a ReLU, if it does not already. */
function withLastRelu(layers: Layer[]): Layer[] {
  return layers.at(-1)!.kind === "residual" ? layers : [...layers, RELU];
}

/** The network's own choice; where that is cut off, the beginning of the last stage that is left. */
function chooseTrainFrom(usual: string, layers: readonly Layer[]): string {
  const names = listParts(layers).map(({ name }) => name);
  if (names.includes(usual)) return usual;
  const stageOf = (name: string): string => name.split(/[._]/)[0]!;
  const last = stageOf(names.at(-1)!);
  return names.find((name) => stageOf(name) === last)!;
}
