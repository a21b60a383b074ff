/**
 * The layers and blocks of a network that have names, where it can be cut.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import type { Layer } from "./network.ts";

/** A layer, a block or a stage of blocks of the top level. */
export interface NamedPart {
  /** What the field calls it: `conv5_1`, `fire9`, `layer3.0`, or `layer3` for all of its blocks. */
  name: string;
  /** Index of its first layer. */
  start: number;
  /** Index after its last layer; the normalisation after a convolution is one with it, a ReLU is not. */
  end: number;
}

/** The parts of a network by which it can be cut, in the order in which they begin. */
export function listParts(layers: readonly Layer[]): NamedPart[] {
  const parts: NamedPart[] = [];
  const reach = (name: string, start: number, end: number): void => {
    const part = parts.find((part) => part.name === name);
    if (part) part.end = end;
    else parts.push({ name, start, end });
  };
  layers.forEach((layer, i) => {
    switch (layer.kind) {
      case "conv":
        return reach(blockOf(layer.name, "/"), i, i + 1);
      case "residual":
        reach(blockOf(layer.name, "."), i, i + 1);
        return reach(layer.name, i, i + 1);
      case "batchNorm":
      case "concat":
        return reach(parts.at(-1)!.name, i, i + 1);
    }
  });
  return parts;
}

/** `fire9/squeeze` is of `fire9`, `layer3.0` of `layer3`. */
function blockOf(name: string, separator: string): string {
  return name.split(separator)[0]!;
}

/**
 * Finds a part by its name.
 *
 * @param network What the network is called.
 * @param option The option that names the part.
 * @throws {OptionsError} If there is no such part; it lists those that are there.
 */
export function findPart(
  network: string,
  layers: readonly Layer[],
  name: string,
  option: "trainFrom" | "lastLayer",
): NamedPart {
  const parts = listParts(layers);
  const part = parts.find((part) => part.name === name);
  if (part !== undefined) return part;
  const names = parts.map(({ name }) => name).join(", ");
  const what = option === "trainFrom"
    ? `Cannot train ${network} from ${name}`
    : `Cannot end ${network} at ${name}`;
  throw new OptionsError(what, {
    where: `option ${option}`,
    fix: `use one of ${names}`,
  });
}
