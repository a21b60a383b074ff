/**
 * SqueezeNet 1.1.
 *
 * @module
 */
import type { ConvLayer, Layer, MaxPoolLayer } from "../network.ts";
import { RELU, type Width } from "./width.ts";

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

/**
 * SqueezeNet 1.1.
 *
 * Source: torchvision's squeezenet1_1 `features`.
 */
export function squeezeNet(width: Width): Layer[] {
  const pool: MaxPoolLayer = {
    kind: "maxPool",
    size: 3,
    stride: 2,
    ceilMode: true,
  };
  let fire = 1;
  return [
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
