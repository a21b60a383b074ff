/**
 * The layers of Relja's NetVLAD after the encoder: NetVLAD, max or mean, and a whitening.
 *
 * Source: Relja/netvlad, addLayers.m, layerVLAD.m, layerVLADv2.m and addPCA.m.
 *
 * @module
 */
import type { FileBytes } from "../../file_bytes.ts";
import type { ModelOptions } from "../options.ts";
import type { Whitening } from "../whitening.ts";
import type { MatLayer } from "./matconvnet_layer.ts";
import type { NamedTensor, NamedTensors } from "./tensors.ts";

/** What is after an encoder. */
export interface MatHead {
  /** By the names of pytorch-NetVlad. */
  head: NamedTensors;
  whitening?: Whitening;
  options: Partial<ModelOptions>;
  /** Name in the file of each. */
  fileNames: Map<string, string>;
}

/** The layers in order, taken one after another. */
class Queue {
  constructor(
    readonly file: FileBytes,
    private readonly layers: MatLayer[],
  ) {}

  /** The next layer, if it is of a type. */
  takeIf(type: string): MatLayer | undefined {
    return this.layers[0]?.type === type ? this.layers.shift() : undefined;
  }

  /** The next layer, which must be of a type. */
  take(type: string, what: string): MatLayer {
    const next = this.takeIf(type);
    if (next) return next;
    const found = this.layers[0];
    throw this.file.fail(
      found
        ? `${found.label} is ${found.type}, not ${what}`
        : `it ends without ${what}`,
    );
  }

  /** There is nothing more. */
  end(): void {
    const [next] = this.layers;
    if (next) {
      throw this.file.fail(`${next.label} comes after all that is known`);
    }
  }
}

/**
 * Reads the layers after an encoder.
 *
 * @throws {CheckpointError} If they are others than Relja's program makes; it names the first.
 */
export function readMatHead(file: FileBytes, layers: MatLayer[]): MatHead {
  const queue = new Queue(file, [...layers]);
  const preL2 = queue.takeIf("normalize");
  const core = queue.take("custom", "a pooling");
  const intra = queue.takeIf("normalize");
  queue.take("custom", "the L2 normalisation postL2");
  const pooled = core.numWeights > 0
    ? readNetVlad(file, core, preL2, intra)
    : readPooling(file, core, preL2 ?? intra);
  const pca = queue.takeIf("conv");
  if (pca) queue.take("custom", "the L2 normalisation finalL2");
  queue.end();
  return pca ? { ...pooled, ...addWhitening(file, pca, pooled) } : pooled;
}

function readNetVlad(
  file: FileBytes,
  core: MatLayer,
  preL2: MatLayer | undefined,
  intra: MatLayer | undefined,
): MatHead {
  const vladV2 = core.numWeights === 3;
  const weight = core.weights(0, "filters");
  const negated = core.weights(core.numWeights - 1, "filters");
  const [K, D] = weight.shape as [number, number];
  if (`${negated.shape}` !== `${weight.shape}`) {
    throw file.fail(
      `${core.label} has as many centroids as it has not weights`,
    );
  }
  checkNormalization(file, preL2, "the local descriptors (preL2)", D);
  checkNormalization(file, intra, "the clusters (intra)", D);
  const centroids = { shape: [K, D], data: negated.data.map((c) => -c) };
  const parts: [string, NamedTensor, number][] = [
    ["pool.centroids", centroids, core.numWeights],
    ["pool.conv.weight", weight, 1],
    ...(vladV2
      ? [["pool.conv.bias", core.weights(1, "values"), 2] as [
        string,
        NamedTensor,
        number,
      ]]
      : []),
  ];
  return {
    head: new Map(parts.map(([name, tensor]) => [name, tensor])),
    fileNames: new Map(
      parts.map(([name, , i]) => [name, `${core.path}.weights{${i}}`]),
    ),
    options: {
      pooling: "netvlad",
      numClusters: K,
      vladV2,
      vladOrder: "channel-major",
      vladNorm: "smoothed",
    },
  };
}

/** NetVLAD here normalises both, with all D channels together. */
function checkNormalization(
  file: FileBytes,
  layer: MatLayer | undefined,
  what: string,
  D: number,
): void {
  if (!layer) throw file.fail(`its NetVLAD does not normalise ${what}`);
  const [size = 0, ...rest] = layer.numbers("param", []);
  if (size >= 2 * D && `${rest}` === `${[1e-12, 1, 0.5]}`) return;
  throw file.fail(
    `${layer.label} has the param [${[size, ...rest].join(" ")}], not [${
      2 * D
    } 1e-12 1 0.5]`,
  );
}

function readPooling(
  file: FileBytes,
  core: MatLayer,
  normalization: MatLayer | undefined,
): MatHead {
  const pooling = core.name.split(":")[0];
  if (pooling !== "max" && pooling !== "avg") {
    throw file.fail(`${core.label} is none of vlad:core, max:core, avg:core`);
  }
  if (normalization) {
    throw file.fail(
      `${normalization.label} normalises: ${pooling} here does not`,
    );
  }
  return { head: new Map(), fileNames: new Map(), options: { pooling } };
}

/** Filters `[1, 1, F, P]` are, as they lie in memory, a projection `[P, F]`. */
function addWhitening(
  file: FileBytes,
  pca: MatLayer,
  { fileNames }: MatHead,
): Pick<MatHead, "whitening" | "fileNames"> {
  const { shape: [P, F, height, width], data } = pca.weights(0, "filters");
  const offset = pca.weights(1, "values");
  if (height !== 1 || width !== 1 || offset.data.length !== P) {
    throw file.fail(`${pca.label} is not a whitening`);
  }
  return {
    whitening: { projection: { shape: [P, F!], data }, offset },
    fileNames: new Map([
      ...fileNames,
      ["WPCA.0.weight", `${pca.path}.weights{1}`],
      ["WPCA.0.bias", `${pca.path}.weights{2}`],
    ]),
  };
}
