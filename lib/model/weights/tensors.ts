/**
 * Weights in memory: tensors by name.
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";

/** A tensor of weights, row-major. */
export interface NamedTensor {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/** Tensors by name, such as `features.0.weight` `[out, in, height, width]`. */
export type NamedTensors = Map<string, NamedTensor>;

/**
 * Checks that the tensors a network needs are there, in the shapes it needs.
 *
 * @param name The file they came from, for the error.
 * @param expected Shape by name of every tensor that is needed.
 * @returns Names of the tensors that are there and not needed.
 * @throws {CheckpointError} Naming every missing and every misshapen tensor.
 */
export function checkTensors(
  name: string,
  tensors: ReadonlyMap<string, { shape: readonly number[] }>,
  expected: ReadonlyMap<string, readonly number[]>,
): string[] {
  const missing = [...expected.keys()].filter((key) => !tensors.has(key));
  const misshapen = [...expected].flatMap(([key, shape]) => {
    const found = tensors.get(key)?.shape;
    return found === undefined || `${found}` === `${shape}`
      ? []
      : [`${key} is [${found.join(", ")}], not [${shape.join(", ")}]`];
  });
  const extra = [...tensors.keys()].filter((key) => !expected.has(key));
  if (missing.length + misshapen.length > 0) {
    throw new CheckpointError("Cannot use these weights for this network", {
      where: [
        name,
        listed("missing", missing),
        listed("misshapen", misshapen),
        listed("not needed", extra),
      ].filter(Boolean).join("; "),
      fix: "give weights of this network, or choose the network they are of",
    });
  }
  return extra;
}

function listed(title: string, items: string[]): string {
  return items.length === 0 ? "" : `${title}: ${items.join(", ")}`;
}
