/**
 * The tensors of a file, by what they are of: encoder, head or whitening.
 *
 * @module
 */
import type { FileBytes } from "../../file_bytes.ts";
import type { Whitening } from "../whitening.ts";
import type { EncoderWeights } from "./weights_format.ts";
import { explainForeign, type Layout, renameParameter } from "./layouts.ts";
import { stripModule } from "./pth.ts";
import type { NamedTensor, NamedTensors } from "./tensors.ts";

/** A tensor in a file: its numbers are read when they are wanted. */
export interface StoredTensor {
  /** Its sizes. */
  shape: number[];
  /** Reads it, row-major. */
  read(): Float32Array<ArrayBuffer>;
}

/** The part of weights that tensors are. */
export type SortedTensors = Pick<
  EncoderWeights,
  "tensors" | "head" | "whitening" | "fileNames" | "others"
>;

const WHITENING = "WPCA.0.";
const ENCODER = "features.";

/**
 * Sorts the tensors of a file, under their names here.
 *
 * @param found By their names in the file.
 * @throws {CheckpointError} If there is no encoder, a name is there twice, or a parameter is of
 * a model that is not known here; it names the first.
 */
export function sortTensors(
  file: FileBytes,
  layout: Layout,
  found: readonly (readonly [string, StoredTensor])[],
): SortedTensors {
  const parts = { encoder: new Map(), head: new Map(), whitening: new Map() };
  const fileNames = new Map<string, string>();
  const others: EncoderWeights["others"] = [];
  for (const [fileName, stored] of found) {
    const { shape } = stored;
    const plain = stripModule(fileName);
    const name = renameParameter(layout, plain);
    if (name === undefined) {
      const reason = explainForeign(layout, plain);
      if (reason) throw file.fail(`${fileName}: ${reason}`);
      others.push({ name: fileName, shape });
      continue;
    }
    if (fileNames.has(name)) throw file.fail(`it has ${name} twice`);
    parts[partOf(name)].set(name, { shape, data: stored.read() });
    fileNames.set(name, fileName);
  }
  const { encoder: tensors, head } = parts;
  if (tensors.size === 0) {
    const names = found.slice(0, 5).map(([name]) => name).join(", ");
    throw file.fail(`no features.N or encoder.N, but ${names || "nothing"}`);
  }
  const whitening = toWhitening(file, parts.whitening);
  return { tensors, head, ...(whitening && { whitening }), fileNames, others };
}

function partOf(name: string): "encoder" | "head" | "whitening" {
  if (name.startsWith(WHITENING)) return "whitening";
  return name.startsWith(ENCODER) ? "encoder" : "head";
}

/**
 * A whitening, which is kept as a convolution of 1 × 1 or as a linear layer.
 *
 * @param tensors By their names here; none if there is no whitening.
 * @throws {CheckpointError} If they make no whitening.
 */
export function toWhitening(
  file: FileBytes,
  tensors: NamedTensors,
): Whitening | undefined {
  if (tensors.size === 0) return undefined;
  const weight = tensors.get(`${WHITENING}weight`);
  const offset = tensors.get(`${WHITENING}bias`);
  const [P, F, ...window] = weight?.shape ?? [];
  const isSound = F !== undefined && `${offset?.shape}` === `${P}` &&
    window.every((size) => size === 1);
  if (!isSound) {
    const show = (tensor?: NamedTensor): string =>
      tensor ? `[${tensor.shape.join(", ")}]` : "missing";
    throw file.fail(
      `its whitening has the weight ${show(weight)} and the bias ${
        show(offset)
      }, not [P, F] and [P]`,
    );
  }
  return {
    projection: { shape: [P!, F], data: weight!.data },
    offset: offset!,
  };
}
