/**
 * Assembles a model from options.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { startEngine } from "../engine/start_engine.ts";
import { OptionsError } from "../errors.ts";
import { createRandom } from "../random.ts";
import { headShapes, randomHead } from "./aggregate.ts";
import { assembleModel } from "./assembled_model.ts";
import { cutNetwork, outputChannels, weightShapes } from "./layers.ts";
import { describeNetwork } from "./architectures.ts";
import { adaptNetwork, type Network } from "./network.ts";
import type { Model } from "./model.ts";
import { type ModelOptions, resolveModelOptions } from "./options.ts";
import { randomWeights } from "./parameters.ts";
import {
  type EncoderWeights,
  readEncoderWeights,
} from "./weights/encoder_weights.ts";
import { checkTensors, type NamedTensors } from "./weights/tensors.ts";

/** Where a model runs and what of it is trained. */
export interface ModelPlace {
  /** A started engine, which the caller keeps; or the name of one to start. */
  engine?: Engine | Engine["name"] | "auto";
  /** First layer to train, such as `conv5_1`; `null` for none, which is fastest to describe with. */
  trainFrom?: string | null;
}

/**
 * Assembles a model.
 *
 * @param given Network, aggregation, weights and seed. What is left out is as the weights of a
 * trained NetVLAD say (`vladOrder`, `vladNorm`), or the default.
 * @param place Engine, and what is trained.
 * @returns The caller disposes it.
 * @throws {OptionsError} If an option is wrong, or not what the weights were trained with.
 * @throws {CheckpointError} If the weights do not fit; it names every tensor that does not.
 * @throws {EngineError} If the engine is not there.
 *
 * @example
 * ```ts
 * import { createModel } from "@whereabouts/whereabouts";
 *
 * const model = await createModel({ arch: "squeezenet1_1", pooling: "avg" }, { engine: "wasm" });
 * const pixels = new Uint8Array(2 * 64 * 96 * 3);
 * const descriptors = await model.describe({ pixels, height: 64, width: 96 });
 * console.log(descriptors.length === 2 * model.descriptorLength);
 * await model.dispose();
 * ```
 */
export async function createModel(
  given: Partial<ModelOptions> = {},
  { engine = "auto", trainFrom = null }: ModelPlace = {},
): Promise<Model> {
  const { weights: path } = resolveModelOptions(given);
  const weights = path === undefined
    ? undefined
    : await readEncoderWeights(path);
  const options = resolveModelOptions({
    ...given,
    ...(weights && listTrainedOptions(given, weights)),
  });
  const network = adaptNetwork(
    describeNetwork(options.arch, options.widthDivisor),
    weights ?? {},
  );
  const parts = cutNetwork(network, trainFrom);
  const tensors = gatherTensors(network, options, weights);
  const ownsEngine = typeof engine === "string";
  const started = ownsEngine ? await startEngine({ engine }) : engine;
  return assembleModel({
    options,
    network,
    parts,
    tensors,
    engine: started,
    hasRandomHead: (weights?.head.size ?? 0) === 0,
    ownsEngine,
  });
}

/** Options that make other descriptors of the same parameters. */
const DESCRIPTOR_OPTIONS = ["vladOrder", "vladNorm"] as const;

/** The descriptor options that a trained head was written with, if its file says so. */
function listTrainedOptions(
  given: Partial<ModelOptions>,
  { head, metadata }: EncoderWeights,
): Partial<ModelOptions> {
  if (head.size === 0) return {};
  const trained = parseObject(metadata.model) as Partial<ModelOptions>;
  const names = DESCRIPTOR_OPTIONS.filter((name) => trained[name]);
  const other = names.filter((name) =>
    given[name] && given[name] !== trained[name]
  );
  if (other.length > 0) {
    throw new OptionsError("Cannot make other descriptors than were trained", {
      where: other.map((name) =>
        `${name} is ${given[name]}, ${given.weights} was trained with ${
          trained[name]
        }`
      ).join("; "),
      fix: "leave them out: they are taken from the weights",
    });
  }
  return Object.fromEntries(names.map((name) => [name, trained[name]]));
}

/** An object in JSON; an empty one for the text of another program. */
function parseObject(text = "{}"): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The tensors of the weights file, checked, and random ones for what it does not hold. */
function gatherTensors(
  { name, layers }: Network,
  options: Readonly<ModelOptions>,
  weights: EncoderWeights | undefined,
): NamedTensors {
  const random = createRandom(options.seed);
  const D = outputChannels(layers, 3);
  const head = weights && weights.head.size > 0
    ? weights.head
    : randomHead(options, D, random.fork("head"));
  if (weights === undefined) {
    return new Map([...randomWeights(layers, random.fork(name)), ...head]);
  }
  const needed = weightShapes(layers, 3);
  checkTensors(
    options.weights!,
    new Map([...weights.tensors, ...head]),
    new Map([...needed, ...headShapes(options, D)]),
  );
  const encoder = [...needed.keys()].map((key) =>
    [key, weights.tensors.get(key)!] as const
  );
  return new Map([...encoder, ...head]);
}
