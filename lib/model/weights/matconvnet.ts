/**
 * Networks of MatConvNet, and of Relja's NetVLAD, which is made of it.
 *
 * @module
 */
import { CheckpointError, DatasetError } from "../../errors.ts";
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import { type MatValue, readMat } from "../../mat.ts";
import type { Normalization } from "../network.ts";
import { readNetworkOptions } from "./dictated_options.ts";
import type { EncoderWeights } from "./weights_format.ts";
import { readMatEncoder } from "./matconvnet_encoder.ts";
import { readMatHead } from "./matconvnet_head.ts";
import { firstColor, MatLayer } from "./matconvnet_layer.ts";

/** NetVLAD with its whitening is 0.6 GB, and with the momentum of a training 0.7 GB. */
const MAX_BYTES = 2 ** 31;

type Fields = ReadonlyMap<string, readonly MatValue[]>;

/**
 * Reads a network: VGG-16, with or without NetVLAD, max or mean, and a whitening.
 *
 * Weights are mapped so that descriptors are those of Relja's program: centroids are stored
 * with the opposite sign there, and values in the order d·K + k.
 *
 * @throws {CheckpointError} If it is damaged or another network; it names the first difference.
 */
export async function readMatConvNet(path: string): Promise<EncoderWeights> {
  using file = openFileBytes(path, {
    what: "Cannot read MatConvNet weights",
    fix: "give VGG-16 of MatConvNet, or what Relja's NetVLAD made of it " +
      "(vlad_preL2_intra, max or avg, with or without whitening)",
  });
  const fields = findNetwork(await readVariables(path));
  const [cell] = fields.get("layers") ?? [];
  if (cell?.kind !== "cell") {
    throw file.fail(`it has no layers, but ${[...fields.keys()].join(", ")}`);
  }
  const layers = cell.cells.map((value, i) => new MatLayer(file, value, i));
  const { tensors, fileNames, poolCeilMode, rest } = readMatEncoder(
    file,
    layers,
  );
  const hasHead = rest.some(({ type }) => type === "custom");
  const after = hasHead ? readMatHead(file, rest) : undefined;
  return {
    format: "matConvNet",
    tensors,
    head: after?.head ?? new Map(),
    ...(after?.whitening && { whitening: after.whitening }),
    normalization: readNormalization(file, fields),
    poolCeilMode,
    options: { ...readNetworkOptions(file, tensors), ...after?.options },
    metadata: {},
    fileNames: new Map([...fileNames, ...(after?.fileNames ?? [])]),
    others: hasHead ? [] : listOthers(rest),
  };
}

async function readVariables(path: string): Promise<Map<string, MatValue>> {
  try {
    return await readMat(path, { maxBytes: MAX_BYTES });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    const [what] = error.message.split("\n");
    const { where, fix } = error;
    throw new CheckpointError(what!, { where, fix, cause: error });
  }
}

/** The fields of `net`, or the variables themselves, as MatConvNet's own files have them. */
function findNetwork(variables: ReadonlyMap<string, MatValue>): Fields {
  const net = variables.get("net");
  if (net?.kind === "struct") return net.fields;
  return new Map([...variables].map(([name, value]) => [name, [value]]));
}

/** In `meta.normalization`, and in older files in `normalization`. */
function readNormalization(file: FileBytes, fields: Fields): Normalization {
  const inner = (outer: Fields, name: string): Fields | undefined => {
    const [value] = outer.get(name) ?? [];
    return value?.kind === "struct" ? value.fields : undefined;
  };
  const normalization = inner(inner(fields, "meta") ?? fields, "normalization");
  const [image] = normalization?.get("averageImage") ?? [];
  const mean = image?.kind === "numeric" ? firstColor(image) : undefined;
  if (!mean) throw file.fail("it has no meta.normalization.averageImage");
  return { scale: 1, mean, std: [1, 1, 1] };
}

/** The weights of layers that are not read, such as a classifier's. */
function listOthers(layers: readonly MatLayer[]): EncoderWeights["others"] {
  return layers.flatMap((layer) =>
    Array.from({ length: layer.numWeights }, (_, i) => ({
      name: `${layer.path}.weights{${i + 1}}`,
      shape: layer.weightSizes(i),
    }))
  );
}
