/**
 * What is too much for a GPU made of software.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { isSoftwareDevice } from "../engine/start_engine.ts";

/** A case is left out, which is no failure. */
export class LeftOut extends Error {}

/** Pixels times weights that take about two minutes, where vgg16 is run forwards and backwards. */
const MAX_PRODUCT = 1e12;

/**
 * Leaves out a case that takes minutes on a GPU made of software. Other engines run all.
 *
 * @param pixels Of all images that go through the network, as often as they do.
 * @param weights Of the network.
 * @throws {LeftOut} If it does.
 */
export function leaveOutIfTooLarge(
  { name, device }: Engine,
  pixels: number,
  weights: number,
): void {
  const isSoftware = name === "webgpu" && isSoftwareDevice(device);
  if (!isSoftware || pixels * weights <= MAX_PRODUCT) return;
  throw new LeftOut("too large for a GPU made of software");
}
