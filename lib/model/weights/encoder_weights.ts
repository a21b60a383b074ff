/**
 * Encoder weights from a file of any kind that is known here, told apart by content.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import { readModelOptions, readOwnOptions } from "./dictated_options.ts";
import { readKerasApart } from "./keras_apart.ts";
import { KERAS_SQUEEZENET_MEAN, nameInKeras } from "./keras_squeezenet.ts";
import { findLayout, type Layout } from "./layouts.ts";
import { readMatConvNet } from "./matconvnet.ts";
import { findStateDict, readPth, stripModule } from "./pth.ts";
import { PthTensor } from "./pth_tensor.ts";
import { suggestDownload } from "./published_weights.ts";
import { readSafetensors } from "./safetensors.ts";
import { sortTensors, type StoredTensor } from "./sort_tensors.ts";
import type { Normalization } from "../network.ts";
import type { EncoderWeights } from "./weights_format.ts";

const HDF5_MAGIC = "\x89HDF\r\n\x1a\n";
const ZIP_MAGIC = "PK\x03\x04";
const PICKLE_MAGIC = "\x80";
const MAT_MAGIC = "MATLAB ";

/**
 * Reads encoder weights, with the head and the whitening that are in the same file: a `.pth` of
 * torchvision, pytorch-NetVlad, Patch-NetVLAD, OpenIBL or deep-visual-geo-localization-benchmark,
 * safetensors with the names of any of these, a `.mat` of MatConvNet, or the Keras SqueezeNet.
 *
 * All names become those of torchvision: `encoder.N` of pytorch-NetVlad is `features.N`. The
 * classifier is not read.
 *
 * @throws {CheckpointError} If the file is not there, is of no known kind, is malformed, has no
 * encoder, or is of a model that there is none of here; it names the first difference.
 */
export async function readEncoderWeights(
  path: string,
): Promise<EncoderWeights> {
  using file = openFileBytes(path, {
    what: "Cannot read encoder weights",
    fix: "give a .pth or .safetensors file of torchvision, pytorch-NetVlad, " +
      "Patch-NetVLAD, OpenIBL or deep-visual-geo-localization-benchmark, " +
      "a .mat of MatConvNet, or the Keras SqueezeNet .h5",
    absent: suggestDownload(path),
  });
  const start = String.fromCharCode(...file.read(0, Math.min(9, file.size)));
  // First: the length that it begins with can be any of the others.
  if (start[8] === "{") return readSafe(file);
  if (start.startsWith(HDF5_MAGIC)) return await readKeras(path);
  if (start.startsWith(MAT_MAGIC)) return await readMatConvNet(path);
  if (start.startsWith(ZIP_MAGIC) || start.startsWith(PICKLE_MAGIC)) {
    return readTorch(file);
  }
  throw file.fail("neither PyTorch, safetensors, HDF5 nor MATLAB");
}

function readTorch(file: FileBytes): EncoderWeights {
  const content = readPth(file.path);
  const found = Object.entries(findStateDict(file.path, content))
    .filter((entry): entry is [string, PthTensor] =>
      entry[1] instanceof PthTensor
    );
  const layout = findLayout(found.map(([name]) => stripModule(name)));
  return { format: layout.format, ...readLayout(file, layout, found) };
}

/** Weights with the names of a program, or of ours, and what that says of them. */
function readLayout(
  file: FileBytes,
  layout: Layout,
  found: readonly (readonly [string, StoredTensor])[],
  metadata: Record<string, string> = {},
): Omit<EncoderWeights, "format"> {
  const sorted = sortTensors(file, layout, found);
  const { normalization } = layout;
  return {
    ...sorted,
    ...(normalization && { normalization }),
    options: metadata.model === undefined
      ? readModelOptions(file, layout, sorted)
      : readOwnOptions(sorted, metadata),
    metadata,
  };
}

function readSafe(file: FileBytes): EncoderWeights {
  const { tensors, metadata } = readSafetensors(file.path);
  const found = [...tensors].map(([name, { shape, data }]) =>
    [name, { shape, read: () => data }] as const
  );
  const layout = findLayout([...tensors.keys()].map(stripModule));
  return {
    format: "safetensors",
    ...readLayout(file, layout, found, metadata),
    ...parseUsage(file, metadata),
  };
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
