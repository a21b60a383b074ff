/**
 * AlexNet.
 *
 * @module
 */
import type { ConvLayer, Layer, MaxPoolLayer } from "../network.ts";
import { RELU, type Width } from "./width.ts";

/**
 * AlexNet up to its last convolution.
 *
 * Source: torchvision's alexnet `features`, without the last ReLU and pool, as in pytorch-NetVlad.
 */
export function alexNet(width: Width): Layer[] {
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
