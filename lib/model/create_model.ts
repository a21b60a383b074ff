/**
 * Assembles a model from options.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { startEngine } from "../engine/start_engine.ts";
import { CheckpointError } from "../errors.ts";
import { createRandom } from "../random.ts";
import {
  completeHead,
  descriptorLength,
  headShapes,
  randomHead,
} from "./aggregate.ts";
import { assembleModel } from "./assembled_model.ts";
import { cutNetwork, outputChannels, weightShapes } from "./layers.ts";
import { describeNetwork } from "./architectures.ts";
import { adaptNetwork, type Network } from "./network.ts";
import type { Model } from "./model.ts";
import { type ModelOptions, resolveModelOptions } from "./options.ts";
import { randomWeights } from "./parameters.ts";
import { obeyWeights } from "./weights/dictated_options.ts";
import { readEncoderWeights } from "./weights/encoder_weights.ts";
import { checkTensors, type NamedTensors } from "./weights/tensors.ts";
import type { Whitening } from "./whitening.ts";
import type { EncoderWeights } from "./weights/weights_format.ts";

/** Where a model runs and what of it is trained. */
export interface ModelPlace {
  /** A started engine, which the caller keeps; or the name of one to start. */
  engine?: Engine | Engine["name"] | "auto";
  /** First layer, block or stage to train, such as `conv5_1`, `layer4.1` or `layer4`; `null` for none, which is fastest to describe with. */
  trainFrom?: string | null;
}

/**
 * Assembles a model.
 *
 * @param given Network, aggregation, weights and seed. What is left out is as the weights say
 * (of NetVLAD `numClusters`, `vladOrder` and so on; of the models of other programs `arch` and
 * `pooling` too), or the default.
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
  const { options: known, weights } = path === undefined
    ? { options: given, weights: undefined }
    : obeyWeights(path, given, await readEncoderWeights(path));
  const options = resolveModelOptions(known);
  const network = adaptNetwork(
    describeNetwork(options.arch, options),
    weights ?? {},
  );
  const parts = cutNetwork(network, trainFrom);
  const tensors = gatherTensors(network, options, weights);
  const ownsEngine = typeof engine === "string";
  const started = ownsEngine ? await startEngine({ engine }) : engine;
  const model = assembleModel({
    options,
    network,
    parts,
    tensors,
    engine: started,
    hasRandomHead: (weights?.head.size ?? 0) === 0,
    ownsEngine,
  });
  model.setWhitening(weights?.whitening);
  return model;
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
    ? completeHead(weights.head, options, D, random.fork("head"))
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
  checkWhole(options, weights);
  checkWhitening(options, D, weights.whitening);
  const encoder = [...needed.keys()].map((key) =>
    [key, weights.tensors.get(key)!] as const
  );
  return new Map([...encoder, ...head]);
}

/** A whitening that is in a file is of the descriptors of the model in it. */
function checkWhitening(
  options: Readonly<ModelOptions>,
  D: number,
  whitening: Whitening | undefined,
): void {
  const F = descriptorLength(options, D);
  const [, length = F] = whitening?.projection.shape ?? [];
  if (length === F) return;
  throw new CheckpointError("Cannot use the whitening of these weights", {
    where:
      `${options.weights}: it is for ${length} values, descriptors of ${options.arch} with ${options.pooling} have ${F}`,
    fix: "take the whitening that was fitted to this model",
  });
}

/** ResNet-101 has all that ResNet-50 needs, and more between: what is of no layer is another network's. */
function checkWhole(
  { lastLayer: _lastLayer, ...uncut }: Readonly<ModelOptions>,
  { tensors }: EncoderWeights,
): void {
  const whole = weightShapes(describeNetwork(uncut.arch, uncut).layers, 3);
  const spare = [...tensors.keys()].filter((name) => !whole.has(name));
  if (spare.length === 0) return;
  throw new CheckpointError("Cannot use weights of another network", {
    where: `${uncut.weights}; ${uncut.arch} has no ${spare.join(", ")}`,
    fix: "choose the network that they are of, if it is one of those here",
  });
}
