/**
 * One layer of a MatConvNet network, as a `.mat` file has it.
 *
 * Source: vlfeat/matconvnet, matlab/simplenn/vl_simplenn.m (fields of layers).
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";
import type { FileBytes } from "../../file_bytes.ts";
import type { MatNumeric, MatStruct, MatValue } from "../../mat.ts";
import { countElements } from "../../number_types.ts";
import type { NamedTensor } from "./tensors.ts";

/** A layer: its fields are looked up when they are wanted. */
export class MatLayer {
  /** What it does: `conv`, `relu`, `pool`, `normalize`, `custom`, … */
  readonly type: string;
  /** What its program calls it, such as `conv5_3`. */
  readonly name: string;
  /** How it is called in MATLAB, such as `layers{30}`. */
  readonly path: string;
  readonly #file: FileBytes;
  readonly #fields: MatStruct["fields"];

  /**
   * @param index From 0.
   * @throws {CheckpointError} If it is an object, or no layer.
   */
  constructor(file: FileBytes, value: MatValue, index: number) {
    this.path = `layers{${index + 1}}`;
    this.#file = file;
    if (value.kind === "unread") throw isObject(file, this.path);
    if (value.kind !== "struct") {
      throw file.fail(`${this.path} is a ${value.kind}, not a struct`);
    }
    this.#fields = value.fields;
    this.type = this.text("type") ?? "";
    this.name = this.text("name") ?? "";
  }

  /** How a reader finds it, such as `layers{30}, conv5_3,`. */
  get label(): string {
    return this.name ? `${this.path}, ${this.name},` : this.path;
  }

  /** The text of a field, if it has that. */
  text(field: string): string | undefined {
    const [value] = this.#fields.get(field) ?? [];
    return value?.kind === "text" ? value.rows[0] ?? "" : undefined;
  }

  /** The numbers of a field; those of `fallback` if it has none. */
  numbers(field: string, fallback: readonly number[]): number[] {
    const [value] = this.#fields.get(field) ?? [];
    const isThere = value?.kind === "numeric" && value.data.length > 0;
    return isThere ? Array.from(value.data) : [...fallback];
  }

  /** How many arrays of weights it has. */
  get numWeights(): number {
    return this.#weights().length;
  }

  /** Sizes of one of its arrays of weights, in the order of MATLAB: of filters `[h, w, in, out]`. */
  weightSizes(index: number): number[] {
    return [...this.#weights()[index]?.dims ?? []];
  }

  /**
   * One of its arrays of weights.
   *
   * @param index From 0.
   * @returns Filters `[out, in, h, w]`, or values `[n]`.
   * @throws {CheckpointError} If it has no such weights.
   */
  weights(index: number, kind: "filters" | "values"): NamedTensor {
    const value = this.#weights()[index];
    if (value?.kind !== "numeric" || value.data.length === 0) {
      throw this.#file.fail(`${this.label} has no weights{${index + 1}}`);
    }
    const data = value.data instanceof Float32Array
      ? value.data
      : Float32Array.from(value.data);
    if (kind === "values") return { shape: [data.length], data };
    return toFilters(value.dims, data);
  }

  #weights(): readonly MatValue[] {
    const [value] = this.#fields.get("weights") ?? [];
    return value?.kind === "cell" ? value.cells : [];
  }
}

/**
 * Filters `[h, w, in, out]`, the first index fastest, as `[out, in, h, w]`, the last one
 * fastest. Those of 1 × 1 stay where they are.
 */
function toFilters(
  dims: readonly number[],
  data: Float32Array<ArrayBuffer>,
): NamedTensor {
  const [height = 1, width = 1, input = 1, output = 1] = dims;
  const shape = [output, input, height, width];
  const size = height * width;
  if (size === 1) return { shape, data };
  const filters = new Float32Array(countElements(shape));
  for (let i = 0; i < filters.length; i++) {
    const row = Math.floor(i % size / width);
    const column = i % width;
    filters[i] = data[i - i % size + column * height + row]!;
  }
  return { shape, data: filters };
}

function isObject(file: FileBytes, path: string): CheckpointError {
  return new CheckpointError("Cannot read MatConvNet weights", {
    where: `${file.path} (${path} is a MATLAB object, not a struct)`,
    fix: "in MATLAB, with the code of NetVLAD on its path, run " +
      "net.layers = cellfun(@struct, net.layers, 'UniformOutput', false); " +
      "save('structs.mat', 'net', '-v7'), and give structs.mat",
  });
}

/** The mean colour of a network's images: Relja's program takes that of the first pixel. */
export function firstColor(
  { data }: MatNumeric,
): [number, number, number] | undefined {
  const plane = data.length / 3; // [H, W, 3], column-major
  const color = [data[0]!, data[plane]!, data[2 * plane]!];
  return color.every(Number.isFinite)
    ? color as [number, number, number]
    : undefined;
}
