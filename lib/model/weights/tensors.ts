/**
 * Weights in memory: tensors by name.
 *
 * @module
 */
import { CheckpointError, ShapeError } from "../../errors.ts";
import { countElements } from "../../number_types.ts";

/** A tensor of weights, row-major. */
export interface NamedTensor {
  /** Its sizes, none for a single number. */
  shape: number[];
  /** Row-major. */
  data: Float32Array<ArrayBuffer>;
}

/** Tensors by name, such as `features.0.weight` `[out, in, height, width]`. */
export type NamedTensors = Map<string, NamedTensor>;

/**
 * Checks that the tensors a network needs are there, in the shapes it needs, and
 * finite: an engine may take NaN for 0 at the next `relu`.
 *
 * @param name The file they came from, for the error.
 * @param expected Shape by name of every tensor that is needed.
 * @returns Names of the tensors that are there and not needed.
 * @throws {CheckpointError} Naming every missing and every misshapen tensor, or every one that is not finite.
 */
export function checkTensors(
  name: string,
  tensors: ReadonlyMap<string, NamedTensor>,
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
  const broken = [...expected.keys()].filter((key) =>
    !tensors.get(key)!.data.every(Number.isFinite)
  );
  if (broken.length > 0) {
    throw new CheckpointError("Cannot use weights that are not finite", {
      where: `${name}; ${listed("not finite", broken)}`,
      fix: "give weights of a training that did not diverge",
    });
  }
  return extra;
}

/**
 * Checks that tensors can be written.
 *
 * @throws {ShapeError} If one does not fill its shape.
 */
export function checkFilled(tensors: NamedTensors): void {
  for (const [name, { shape, data }] of tensors) {
    if (countElements(shape) === data.length) continue;
    throw new ShapeError(
      `Cannot write ${data.length} numbers as [${shape.join(", ")}]`,
      { where: `tensor ${name}`, fix: "pass the shape of its data" },
    );
  }
}

function listed(title: string, items: string[]): string {
  return items.length === 0 ? "" : `${title}: ${items.join(", ")}`;
}
