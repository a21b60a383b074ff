/**
 * What the files of networks share: rectifiers, and channels that are divided.
 *
 * @module
 */
import type { ReluLayer } from "../network.ts";

/** `max(x, 0)`. */
export const RELU: ReluLayer = { kind: "relu" };

/** Channels of a layer, from those of the published network. */
export type Width = (channels: number) => number;

/** Divides the channels of a layer; one is left at least. */
export function divideWidth(widthDivisor: number): Width {
  return (channels) => Math.max(1, Math.round(channels / widthDivisor));
}
