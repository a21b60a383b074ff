/**
 * ResNet-18 and ResNet-50.
 *
 * @module
 */
import type { BatchNormLayer, ConvLayer, Layer } from "../network.ts";
import { RELU, type Width } from "./width.ts";

/** What makes one ResNet different from another. */
export interface ResNetForm {
  /** Blocks of layer1 to layer4. */
  blocks: readonly [number, number, number, number];
  /** Blocks of two 3x3 convolutions, or of a 1x1, a 3x3 and a 1x1 with four times the channels. */
  block: "basic" | "bottleneck";
  /** Stride of layer3. */
  layer3Stride: 1 | 2;
}

/** What a bottleneck has more channels in the end than inside. */
const EXPANSION = 4;

/**
 * A ResNet up to its last block; that ends with a ReLU.
 *
 * Its weights are called as those of a `Sequential` of conv1, bn1, relu, maxpool and
 * layer1 to layer4: `features.0`, `features.1`, `features.4.0.conv1` and so on.
 *
 * Source: He et al., Deep residual learning for image recognition, CVPR 2016, table 1;
 * torchvision's resnet18 and resnet50, whose bottlenecks have the stride in their 3x3 convolution.
 */
export function resNet(
  width: Width,
  { blocks, block, layer3Stride }: ResNetForm,
): Layer[] {
  const makeMain = block === "basic" ? basicMain : bottleneckMain;
  const expansion = block === "basic" ? 1 : EXPANSION;
  let inputChannels = 64;
  const layers: Layer[] = [
    conv("conv1", "features.0", width(64), { size: 7, stride: 2 }),
    norm("features.1"),
    RELU,
    { kind: "maxPool", size: 3, stride: 2, ceilMode: false, padding: 1 },
  ];
  blocks.forEach((count, stage) => {
    const channels = 64 * 2 ** stage;
    for (let b = 0; b < count; b++) {
      const stride = b > 0 ? 1 : [1, 2, layer3Stride, 2][stage]!;
      const names: BlockNames = {
        name: `layer${stage + 1}.${b}`,
        weights: `features.${4 + stage}.${b}`,
      };
      const outputChannels = channels * expansion;
      const isPlain = stride === 1 && inputChannels === outputChannels;
      const [inside, outside] = [width(channels), width(outputChannels)];
      layers.push({
        kind: "residual",
        name: names.name,
        main: makeMain(names, stride, inside, outside),
        shortcut: isPlain ? [] : downsample(names, stride, outside),
      });
      inputChannels = outputChannels;
    }
  });
  return layers;
}

/** What a block and its weights are called. */
type BlockNames = Pick<ConvLayer, "name" | "weights">;

function basicMain(
  { name, weights }: BlockNames,
  stride: number,
  channels: number,
): Layer[] {
  const part = (i: number, stride: number): Layer[] => [
    conv(`${name}/conv${i}`, `${weights}.conv${i}`, channels, {
      size: 3,
      stride,
    }),
    norm(`${weights}.bn${i}`),
  ];
  return [...part(1, stride), RELU, ...part(2, 1)];
}

function bottleneckMain(
  { name, weights }: BlockNames,
  stride: number,
  inside: number,
  outside: number,
): Layer[] {
  const part = (
    i: number,
    channels: number,
    window: { size: number; stride: number },
  ): Layer[] => [
    conv(`${name}/conv${i}`, `${weights}.conv${i}`, channels, window),
    norm(`${weights}.bn${i}`),
  ];
  return [
    ...part(1, inside, { size: 1, stride: 1 }),
    RELU,
    ...part(2, inside, { size: 3, stride }),
    RELU,
    ...part(3, outside, { size: 1, stride: 1 }),
  ];
}

/** The way around of a block that changes sizes. */
function downsample(
  { name, weights }: BlockNames,
  stride: number,
  channels: number,
): Layer[] {
  const window = { size: 1, stride };
  return [
    conv(`${name}/downsample`, `${weights}.downsample.0`, channels, window),
    norm(`${weights}.downsample.1`),
  ];
}

/** A convolution without bias whose output is as large as its input, but for the stride. */
function conv(
  name: string,
  weights: string,
  channels: number,
  { size, stride }: { size: number; stride: number },
): ConvLayer {
  const padding = (size - 1) / 2;
  const window = { size, stride, padding };
  return {
    kind: "conv",
    name,
    weights,
    channels,
    ...window,
    withoutBias: true,
  };
}

function norm(weights: string): BatchNormLayer {
  return { kind: "batchNorm", weights };
}
