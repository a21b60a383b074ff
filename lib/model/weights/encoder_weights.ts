/**
 * Encoder weights from a file of any kind that is known here, told apart by content.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import { readKerasApart } from "./keras_apart.ts";
import { KERAS_SQUEEZENET_MEAN, nameInKeras } from "./keras_squeezenet.ts";
import { findStateDict, readPth, stripModule } from "./pth.ts";
import { PthTensor } from "./pth_tensor.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Normalization } from "../network.ts";
import type { NamedTensors } from "./tensors.ts";

/** Kinds of files of weights. */
export type WeightsFormat = "torch" | "safetensors" | "keras";

/** Weights of an encoder, and what their file says of how they are used. */
export interface EncoderWeights {
  /** What kind of file they are from. */
  format: WeightsFormat;
  /** By torchvision's names, `features.N.weight` and so on; kernels are `[out, in, h, w]`. */
  tensors: NamedTensors;
  /** Weights of the aggregation layer, `pool.…`, as found. */
  head: NamedTensors;
  /** Only if the file dictates it; torchvision's otherwise. */
  normalization?: Normalization;
  /** Whether pooling rounds sizes up; only if the file dictates it. */
  poolCeilMode?: boolean;
  /** Text that a safetensors file carries. */
  metadata: Record<string, string>;
  /** Name in the file of each tensor, of the encoder and the head. */
  fileNames: ReadonlyMap<string, string>;
  /** What else the file holds, such as a classifier: it is not read. */
  others: { name: string; shape: number[] }[];
}

const HDF5_MAGIC = "\x89HDF\r\n\x1a\n";
const ZIP_MAGIC = "PK\x03\x04";
const PICKLE_MAGIC = "\x80";

/**
 * Reads encoder weights: a `.pth` of torchvision or pytorch-NetVlad, safetensors with the names
 * of either, or the Keras SqueezeNet.
 *
 * `encoder.N` of pytorch-NetVlad is torchvision's `features.N`. The classifier is not read.
 *
 * @throws {CheckpointError} If the file is not there, is of no known kind, is malformed, or
 * has no encoder.
 */
export async function readEncoderWeights(
  path: string,
): Promise<EncoderWeights> {
  using file = openFileBytes(path, {
    what: "Cannot read encoder weights",
    fix: "give a .pth or .safetensors file of torchvision or " +
      "pytorch-NetVlad weights, or the Keras SqueezeNet .h5",
  });
  const start = String.fromCharCode(...file.read(0, Math.min(9, file.size)));
  if (start.startsWith(HDF5_MAGIC)) return await readKeras(path);
  if (start.startsWith(ZIP_MAGIC) || start.startsWith(PICKLE_MAGIC)) {
    const entries = Object.entries(findStateDict(path, readPth(path)));
    const found = entries.filter((entry): entry is [string, PthTensor] =>
      entry[1] instanceof PthTensor
    );
    return { format: "torch", metadata: {}, ...sortTensors(file, found) };
  }
  if (start[8] === "{") {
    const { tensors, metadata } = readSafetensors(path);
    const found = [...tensors].map(([name, { shape, data }]) =>
      [name, { shape, read: () => data }] as const
    );
    return {
      format: "safetensors",
      ...sortTensors(file, found),
      ...parseUsage(file, metadata),
      metadata,
    };
  }
  throw file.fail("neither PyTorch, safetensors nor HDF5");
}

/** How the weights are used, where a checkpoint of ours says so. */
function parseUsage(
  file: FileBytes,
  { normalization, poolCeilMode }: Record<string, string>,
): Pick<EncoderWeights, "normalization" | "poolCeilMode"> {
  const parse = <Value>(
    text: string,
    holds: (value: unknown) => value is Value,
  ): Value => {
    try {
      const value: unknown = JSON.parse(text);
      if (holds(value)) return value;
    } catch {
      // Reported below, like JSON of another kind.
    }
    throw file.fail(`its metadata has ${text} for how it is used`);
  };
  return {
    ...(normalization &&
      { normalization: parse(normalization, isNormalization) }),
    ...(poolCeilMode && { poolCeilMode: parse(poolCeilMode, isBoolean) }),
  };
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isNormalization(value: unknown): value is Normalization {
  if (typeof value !== "object" || value === null) return false;
  const { scale, mean, std } = value as Partial<Normalization>;
  return Number.isFinite(scale) && isColor(mean) && isColor(std);
}

function isColor(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 &&
    value.every(Number.isFinite);
}

async function readKeras(path: string): Promise<EncoderWeights> {
  return {
    format: "keras",
    tensors: await readKerasApart(path),
    head: new Map(),
    normalization: { mean: KERAS_SQUEEZENET_MEAN, std: [1, 1, 1], scale: 1 },
    poolCeilMode: false,
    metadata: {},
    fileNames: nameInKeras(),
    others: [],
  };
}

/** A tensor in a file: its numbers are read when they are wanted. */
interface StoredTensor {
  shape: number[];
  read(): Float32Array<ArrayBuffer>;
}

function sortTensors(
  file: FileBytes,
  found: readonly (readonly [string, StoredTensor])[],
): Pick<EncoderWeights, "tensors" | "head" | "fileNames" | "others"> {
  const tensors: NamedTensors = new Map();
  const head: NamedTensors = new Map();
  const fileNames = new Map<string, string>();
  const others: EncoderWeights["others"] = [];
  for (const [fileName, stored] of found) {
    const { shape } = stored;
    const name = nameHere(fileName);
    if (name === undefined) {
      others.push({ name: fileName, shape });
      continue;
    }
    if (fileNames.has(name)) throw file.fail(`it has ${name} twice`);
    const part = name.startsWith("pool.") ? head : tensors;
    part.set(name, { shape, data: stored.read() });
    fileNames.set(name, fileName);
  }
  if (tensors.size === 0) {
    const names = found.slice(0, 5).map(([name]) => name).join(", ");
    throw file.fail(`no features.N or encoder.N, but ${names || "nothing"}`);
  }
  return { tensors, head, fileNames, others };
}

/** A parameter's name here; `undefined` if it is not of an encoder or a head. */
function nameHere(fileName: string): string | undefined {
  const name = stripModule(fileName);
  if (name.startsWith("pool.")) return name;
  const layer = name.match(/^(?:features|encoder)\.(\d+\..+)$/)?.[1];
  return layer === undefined ? undefined : `features.${layer}`;
}
