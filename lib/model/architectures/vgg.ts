/**
 * VGG-16, without and with batch normalisation.
 *
 * @module
 */
import type { Layer } from "../network.ts";
import { RELU, type Width } from "./width.ts";

/** Channels of each block's convolutions. */
const VGG16_BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

/**
 * VGG-16 up to the ReLU of its last convolution.
 *
 * Source: torchvision's vgg16 and vgg16_bn `features`, without the last pool.
 */
export function vgg16(
  width: Width,
  { batchNorm }: { batchNorm: boolean },
): Layer[] {
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
      });
      if (batchNorm) {
        layers.push({
          kind: "batchNorm",
          weights: `features.${layers.length}`,
        });
      }
      layers.push(RELU);
    });
  });
  return layers;
}
