/**
 * A model put together from its network, its parameters and an engine.
 *
 * @module
 */
import type { Engine, EngineOutput, EngineSession } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import {
  aggregate,
  descriptorLength,
  headBuffers,
  headShapes,
} from "./aggregate.ts";
import { headFromCentroids } from "./aggregators/netvlad.ts";
import { headFromWhitening } from "./aggregators/rmac.ts";
import { describePositions } from "./describe_parts.ts";
import {
  bufferNames,
  type FeatureSize,
  imagesPerRun,
  intermediateSizes,
  type NetworkParts,
  outputChannels,
  weightShapes,
} from "./layers.ts";
import { nameModel } from "./encoder_name.ts";
import type { Images, Model } from "./model.ts";
import type { Network } from "./network.ts";
import { writeOnnxNetwork } from "./onnx_network.ts";
import type { LOCAL_FORMS, ModelOptions } from "./options.ts";
import { fromVariable, toVariable } from "./parameters.ts";
import { countImages, describeByRuns } from "./run_images.ts";
import { runLayers } from "./run_layers.ts";
import { AppliedWhitening } from "./applied_whitening.ts";
import type { Whitening } from "./whitening.ts";
import { checkTensors, type NamedTensors } from "./weights/tensors.ts";
import { nameWhitening } from "./weights/whitening_file.ts";

/** What a model is made of. */
export interface ModelMakings {
  options: Readonly<ModelOptions>;
  network: Network;
  parts: NetworkParts;
  /** All parameters by name, in state-dict order of axes. */
  tensors: NamedTensors;
  engine: Engine;
  /** Whether the head's parameters are random. */
  hasRandomHead: boolean;
  /** Whether disposing the model disposes the engine. */
  ownsEngine: boolean;
}

/** Puts a model together. */
export function assembleModel(makings: ModelMakings): Model {
  return new AssembledModel(makings);
}

class AssembledModel implements Model {
  readonly options: Readonly<ModelOptions>;
  readonly network: Network;
  readonly parts: NetworkParts;
  readonly engine: Engine;
  readonly localLength: number;
  readonly variables = new Map<string, tf.Variable>();
  readonly buffers = new Map<string, tf.Variable>();
  readonly #whitening: AppliedWhitening;
  readonly #frozenTensors: NamedTensors = new Map();
  /** Names of all parameters, in the order of the state dict. */
  readonly #names: readonly string[];
  readonly #ownsEngine: boolean;
  #hasRandomHead: boolean;
  #session: Promise<EngineSession> | undefined;

  constructor(
    { tensors, ownsEngine, hasRandomHead, ...makings }: ModelMakings,
  ) {
    this.options = makings.options;
    this.network = makings.network;
    this.parts = makings.parts;
    this.engine = makings.engine;
    this.#ownsEngine = ownsEngine;
    this.#hasRandomHead = hasRandomHead;
    this.localLength = outputChannels(this.network.layers, 3);
    const rawLength = descriptorLength(this.options, this.localLength);
    this.#whitening = new AppliedWhitening(rawLength, this.engine);
    this.#names = [...tensors.keys()];
    this.#sortTensors(tensors);
  }

  get name(): string {
    return nameModel(this.options);
  }

  get descriptorLength(): number {
    return this.#whitening.descriptorLength;
  }

  get whitening(): Whitening | undefined {
    return this.#whitening.whitening;
  }

  setWhitening(whitening: Whitening | undefined): void {
    this.#whitening.set(whitening);
  }

  get needsCentroids(): boolean {
    return this.#hasRandomHead && this.options.pooling === "netvlad";
  }

  get needsRegionWhitening(): boolean {
    const { pooling, rmacWhiten } = this.options;
    return this.#hasRandomHead && pooling === "rmac" && rmacWhiten;
  }

  describe(images: Images): Promise<Float32Array> {
    return describeByRuns(this, images);
  }

  describeLocally(
    images: Images,
    form: typeof LOCAL_FORMS[number],
  ): Promise<Float32Array> {
    return describePositions(this, images, form);
  }

  async runFrozen(images: Images): Promise<EngineOutput> {
    const { pixels, height, width } = images;
    this.#session ??= this.engine.createSession(writeOnnxNetwork(
      this.parts.frozen,
      this.#frozenTensors,
      this.network.normalization,
    ));
    const session = await this.#session;
    return session.run({
      images: {
        data: new Float32Array(pixels),
        shape: [countImages(images), height, width, 3],
      },
    });
  }

  runTrained(features: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() =>
      this.#whitening.apply(
        aggregate(this.encodeTrained(features), this.options, this.#tail),
      )
    );
  }

  encodeTrained(features: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.parts.trained, features, this.#tail);
  }

  imagesPerRun(size: { height: number; width: number }): number {
    return imagesPerRun(
      this.network.layers,
      { ...size, channels: 3 },
      this.engine.maxTensorBytes,
    );
  }

  imagesPerTrainedRun({ shape }: { shape: readonly number[] }): number {
    const [, height, width, channels] = shape as [
      number,
      number,
      number,
      number,
    ];
    return imagesPerRun(
      this.parts.trained,
      { height, width, channels },
      this.engine.maxTensorBytes,
    );
  }

  frozenSize(size: { height: number; width: number }): FeatureSize {
    const input = { ...size, channels: 3 };
    return intermediateSizes(this.parts.frozen, input).at(-1)!;
  }

  setCentroids(centroids: Float32Array, descriptors: Float32Array): void {
    const D = this.localLength;
    this.#startHead(headFromCentroids(this.options, D, centroids, descriptors));
  }

  setRegionWhitening(whitening: Whitening): void {
    this.#startHead(headFromWhitening(this.localLength, whitening));
  }

  async exportTensors(): Promise<NamedTensors> {
    const tail = this.#tail;
    const tensors: NamedTensors = new Map();
    for (const name of this.#names) {
      const variable = tail.get(name);
      const tensor = variable
        ? await fromVariable(name, variable)
        : this.#frozenTensors.get(name)!;
      tensors.set(name, tensor);
    }
    return new Map([
      ...tensors,
      ...(this.whitening ? nameWhitening(this.whitening) : []),
    ]);
  }

  importTensors(source: string, tensors: NamedTensors): void {
    checkTensors(source, tensors, this.#trainedShapes());
    this.#assign(tensors);
    this.#hasRandomHead = false;
  }

  async dispose(): Promise<void> {
    for (const variable of this.#tail.values()) variable.dispose();
    this.variables.clear();
    this.buffers.clear();
    this.#whitening.dispose();
    await (await this.#session)?.dispose();
    this.#session = undefined;
    if (this.#ownsEngine) await this.engine.dispose();
  }

  #trainedShapes(): Map<string, number[]> {
    const { frozen, trained } = this.parts;
    return new Map([
      ...weightShapes(trained, outputChannels(frozen, 3)),
      ...headShapes(this.options, this.localLength),
    ]);
  }

  /** What the trained layers and the head compute with. */
  get #tail(): ReadonlyMap<string, tf.Variable> {
    return new Map([...this.variables, ...this.buffers]);
  }

  /** Makes variables of what is trained, and of the buffers beside it. */
  #sortTensors(tensors: NamedTensors): void {
    const shapes = this.#trainedShapes();
    const buffers = new Set([
      ...bufferNames(this.parts.trained),
      ...headBuffers(this.options),
    ]);
    for (const [name, tensor] of tensors) {
      if (!shapes.has(name)) {
        this.#frozenTensors.set(name, tensor);
        continue;
      }
      const part = buffers.has(name) ? this.buffers : this.variables;
      part.set(name, toVariable(name, tensor));
    }
  }

  #startHead(head: NamedTensors): void {
    this.#assign(head);
    this.#hasRandomHead = false;
  }

  /** Replaces the values of all variables and buffers that `tensors` names. */
  #assign(tensors: NamedTensors): void {
    for (const [name, variable] of this.#tail) {
      const tensor = tensors.get(name);
      if (tensor === undefined) continue;
      const value = toVariable(name, tensor);
      variable.assign(value);
      value.dispose();
    }
  }
}
