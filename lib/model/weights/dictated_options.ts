/**
 * The options of a model that its weights dictate.
 *
 * @module
 */
import { OptionsError } from "../../errors.ts";
import type { FileBytes } from "../../file_bytes.ts";
import { POWER, SCORE_WEIGHT } from "../aggregators/gem.ts";
import { REGION_WEIGHT } from "../aggregators/rmac.ts";
import { describeNetwork } from "../architectures.ts";
import { findNetwork } from "../find_network.ts";
import { weightShapes } from "../layers.ts";
import { isCgd, type ModelOptions, type Pooling } from "../options.ts";
import type { EncoderWeights } from "./weights_format.ts";
import type { Layout } from "./layouts.ts";
import { stripModule } from "./pth.ts";
import type { NamedTensors } from "./tensors.ts";

/** Tensors of an encoder and a head, by their names here, and a whitening. */
type Parts = Pick<EncoderWeights, "tensors" | "head" | "whitening">;
/** The same with their names in the file. */
type NamedParts = Parts & Pick<EncoderWeights, "fileNames">;

/** Options that make other descriptors of the same parameters. */
const DESCRIPTOR_OPTIONS = [
  "vladOrder",
  "vladNorm",
  "layer3Stride",
  "lastRelu",
] as const;

/** Those of one pooling alone. */
const POOLING_OPTIONS: Partial<
  Record<Pooling, readonly (keyof ModelOptions)[]>
> = {
  wgem: ["gemP"],
  rmac: ["rmacLevels"],
  gem: ["poolNorm"],
};

/**
 * What a PyTorch checkpoint dictates: of all programs the shape of the head, of those that keep
 * whole models the network too, and the order of NetVLAD's values in PyTorch.
 *
 * @throws {CheckpointError} If a whole model is of no network here; it names the first parameter
 * that differs. If it has a whitening and does not say of what.
 */
export function readModelOptions(
  file: FileBytes,
  { isWhole, dictates = [] }: Layout,
  { tensors, head, whitening, fileNames }: NamedParts,
): Partial<ModelOptions> {
  const names = [...fileNames.values()].map(stripModule);
  const told = dictates
    .filter(([name]) => names.some((fileName) => name.test(fileName)))
    .map(([, options]) => options);
  const options: Partial<ModelOptions> = Object.assign(
    readHeadOptions(head),
    ...told,
  );
  if (!isWhole) return options;
  if (whitening && !options.pooling) {
    throw file.fail("it does not say after which pooling its linear layer is");
  }
  return {
    ...readNetworkOptions(file, tensors),
    ...options,
    ...(options.pooling === "netvlad" &&
      { vladOrder: "cluster-major", vladNorm: "clamped" }),
  };
}

/**
 * What a checkpoint of ours dictates: where its encoder ends; and with a head the shape of
 * that, the order of its descriptors, and the stride that its features were trained with. With a
 * whitening all that it says, for the whitening is of these descriptors and no others.
 */
export function readOwnOptions(
  { head, whitening }: Parts,
  metadata: Record<string, string>,
): Partial<ModelOptions> {
  const written = parseObject(metadata.model) as Partial<ModelOptions>;
  const { lastLayer } = written;
  const cut = lastLayer === undefined ? {} : { lastLayer };
  if (whitening) {
    const { cgdLength: _length, cgdClasses: _classes, ...plain } = written;
    const told = isCgd(written.pooling) ? written : plain;
    return { ...told, ...readHeadOptions(head) };
  }
  if (head.size === 0) return cut;
  const options = readHeadOptions(head);
  const own = options.pooling && POOLING_OPTIONS[options.pooling];
  const names = [...DESCRIPTOR_OPTIONS, ...own ?? []]
    .filter((name) => written[name]);
  return {
    ...cut,
    ...options,
    ...(isCgd(written.pooling) && { pooling: written.pooling }),
    ...Object.fromEntries(names.map((name) => [name, written[name]])),
  };
}

/** An object in JSON; an empty one for the text of another program. */
function parseObject(text = "{}"): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** What the parameters of a head tell of it. */
function readHeadOptions(head: NamedTensors): Partial<ModelOptions> {
  const [numClusters] = head.get("pool.centroids")?.shape ?? [];
  if (numClusters !== undefined) {
    const vladV2 = head.has("pool.conv.bias");
    return { pooling: "netvlad", numClusters, vladV2 };
  }
  if (head.has(REGION_WEIGHT)) return { pooling: "rmac", rmacWhiten: true };
  return { ...readGemOptions(head), ...readCgdOptions(head) };
}

/** What the parameters of GeM, weighted or not, tell of it. */
function readGemOptions(head: NamedTensors): Partial<ModelOptions> {
  const [numPowers] = head.get(POWER)?.shape ?? [];
  const isWeighted = head.has(SCORE_WEIGHT);
  return {
    ...(isWeighted && { pooling: "wgem" }),
    ...(numPowers !== undefined && {
      pooling: isWeighted ? "wgem" : "gem",
      gemPower: numPowers === 1 ? "learned" : "per-channel",
    }),
  };
}

/** What the parameters of CGD tell of it: not which descriptors it combines. */
function readCgdOptions(head: NamedTensors): Partial<ModelOptions> {
  const lengths = [...head].flatMap(([name, { shape }]) =>
    name.startsWith("main_modules.") ? [shape[0]!] : []
  );
  if (lengths.length === 0) return {};
  return { cgdLength: lengths.reduce((sum, length) => sum + length, 0) };
}

/**
 * Which network all of some tensors are of.
 *
 * @throws {CheckpointError} If it is none; it names the first parameter that differs.
 */
export function readNetworkOptions(
  file: FileBytes,
  tensors: NamedTensors,
): Partial<ModelOptions> {
  const { arch, misfits: _misfits, ...options } = findNetwork(tensors);
  const { layers } = describeNetwork(arch, options);
  const needed = weightShapes(layers, 3);
  const show = (shape?: readonly number[]): string =>
    shape ? `[${shape.join(", ")}]` : "missing";
  for (const [name, shape] of needed) {
    const found = tensors.get(name)?.shape;
    if (`${found}` === `${shape}`) continue;
    throw file.fail(
      `${name} is ${show(found)}, in ${arch} it is ${show(shape)}`,
    );
  }
  const extra = [...tensors.keys()].find((name) => !needed.has(name));
  if (extra) throw file.fail(`${arch} has no ${extra}`);
  return { arch, ...options };
}

/**
 * Brings options that are given together with those that weights dictate.
 *
 * Weights of a model with another pooling than is asked for are weights of an encoder: their
 * head and their whitening are left out.
 *
 * @returns What is given and what is dictated; the weights, without what is left out.
 * @throws {OptionsError} If an option that is given contradicts the weights; it names both.
 */
export function obeyWeights(
  path: string,
  given: Partial<ModelOptions>,
  weights: EncoderWeights,
): { options: Partial<ModelOptions>; weights: EncoderWeights } {
  const { options: dictated = {} } = weights;
  const isOther = given.pooling !== undefined &&
    (dictated.cgdLength
      ? !isCgd(given.pooling)
      : dictated.pooling !== undefined && given.pooling !== dictated.pooling);
  if (isOther) return obeyWeights(path, given, encoderAlone(weights));
  const names = Object.keys(dictated) as (keyof ModelOptions)[];
  const other = names.filter((name) =>
    given[name] !== undefined && given[name] !== dictated[name]
  );
  if (other.length > 0) {
    throw new OptionsError("Cannot make another model than was trained", {
      where: other.map((name) =>
        `${name} is ${given[name]}, ${path} was trained with ${dictated[name]}`
      ).join("; "),
      fix: "leave them out: they are taken from the weights",
    });
  }
  return { options: { ...given, ...dictated }, weights };
}

function encoderAlone(weights: EncoderWeights): EncoderWeights {
  const { whitening: _whitening, options = {}, ...rest } = weights;
  const { arch, widthDivisor, lastLayer } = options;
  return {
    ...rest,
    head: new Map(),
    options: {
      ...(arch && { arch }),
      ...(widthDivisor && { widthDivisor }),
      ...(lastLayer && { lastLayer }),
    },
  };
}
