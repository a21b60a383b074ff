/**
 * Encoder weights from a file of any kind that is known here, told apart by content.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import {
  KERAS_SQUEEZENET_MEAN,
  readKerasSqueezenet,
} from "./keras_squeezenet.ts";
import { readStateDict, stripModule } from "./pth.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Normalization } from "../network.ts";
import type { NamedTensors } from "./tensors.ts";

/** Weights of an encoder, and what their file says of how they are used. */
export interface EncoderWeights {
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
    const isWanted = (name: string): boolean => !name.startsWith("classifier.");
    return sortTensors(file, readStateDict(path, isWanted));
  }
  if (start[8] === "{") {
    const { tensors, metadata } = readSafetensors(path);
    return {
      ...sortTensors(file, tensors),
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
  try {
    return {
      ...(normalization && { normalization: JSON.parse(normalization) }),
      ...(poolCeilMode && { poolCeilMode: JSON.parse(poolCeilMode) }),
    };
  } catch {
    throw file.fail("its metadata is not JSON");
  }
}

async function readKeras(path: string): Promise<EncoderWeights> {
  return {
    tensors: await readKerasSqueezenet(path),
    head: new Map(),
    normalization: { mean: KERAS_SQUEEZENET_MEAN, std: [1, 1, 1], scale: 1 },
    poolCeilMode: false,
    metadata: {},
  };
}

function sortTensors(file: FileBytes, found: NamedTensors): EncoderWeights {
  const tensors: NamedTensors = new Map();
  const head: NamedTensors = new Map();
  for (const [fullName, tensor] of found) {
    const name = stripModule(fullName);
    const layer = name.match(/^(?:features|encoder)\.(\d+\..+)$/)?.[1];
    if (layer !== undefined) tensors.set(`features.${layer}`, tensor);
    if (name.startsWith("pool.")) head.set(name, tensor);
  }
  if (tensors.size === 0) {
    const names = [...found.keys()].slice(0, 5).join(", ");
    throw file.fail(`no features.N or encoder.N, but ${names || "nothing"}`);
  }
  return { tensors, head, metadata: {} };
}
