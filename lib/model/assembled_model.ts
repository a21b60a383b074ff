/**
 * A model put together from its network, its parameters and an engine.
 *
 * @module
 */
import { CheckpointError, ShapeError } from "../errors.ts";
import type { Engine, EngineOutput, EngineSession } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import {
  aggregate,
  descriptorLength,
  headFromCentroids,
  headShapes,
} from "./aggregate.ts";
import {
  type FeatureSize,
  imagesPerRun,
  intermediateSizes,
  type NetworkParts,
  outputChannels,
  weightShapes,
} from "./layers.ts";
import type { Images, Model } from "./model.ts";
import type { Network } from "./network.ts";
import { l2Normalize } from "./normalize.ts";
import { writeOnnxNetwork } from "./onnx_network.ts";
import type { LOCAL_FORMS, ModelOptions } from "./options.ts";
import { fromVariable, toVariable } from "./parameters.ts";
import { countImages, describeByRuns, runImages } from "./run_images.ts";
import { runLayers } from "./run_layers.ts";
import { checkTensors, type NamedTensors } from "./weights/tensors.ts";

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
  readonly descriptorLength: number;
  readonly variables = new Map<string, tf.Variable>();
  readonly #frozenTensors: NamedTensors;
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
    this.descriptorLength = descriptorLength(this.options, this.localLength);
    const shapes = this.#trainedShapes();
    this.#frozenTensors = new Map();
    for (const [name, tensor] of tensors) {
      if (shapes.has(name)) this.variables.set(name, toVariable(name, tensor));
      else this.#frozenTensors.set(name, tensor);
    }
  }

  get name(): string {
    return `${this.options.arch}_${this.options.pooling}`;
  }

  get needsCentroids(): boolean {
    return this.#hasRandomHead && this.options.pooling === "netvlad";
  }

  describe(images: Images): Promise<Float32Array> {
    return describeByRuns(this, images);
  }

  async describeLocally(
    images: Images,
    form: typeof LOCAL_FORMS[number],
  ): Promise<Float32Array> {
    const { height, width } = intermediateSizes(
      this.network.layers,
      { ...images, channels: 3 },
    ).at(-1)!;
    const imageLength = height * width * this.localLength;
    const rows = new Float32Array(countImages(images) * imageLength);
    await runImages(this, images, async (features, first) => {
      const local = tf.tidy(() => {
        const raw = this.#runTail(features);
        return form === "normalized" ? l2Normalize(raw) : raw;
      });
      rows.set(await local.data(), first * imageLength);
      local.dispose();
    });
    return rows;
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
      aggregate(this.#runTail(features), this.options, this.variables)
    );
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
    const { numClusters: K } = this.options;
    if (centroids.length !== K * D || descriptors.length % D !== 0) {
      throw new ShapeError(
        `Cannot start NetVLAD from ${centroids.length} centroid values`,
        {
          where: "argument centroids",
          fix: `pass [K=${K}, D=${D}] values, and descriptors of length ${D}`,
        },
      );
    }
    if (!centroids.every(Number.isFinite)) {
      throw new CheckpointError("Cannot start NetVLAD from these centroids", {
        where: "argument centroids (some are not finite)",
        fix: "cluster again, with weights that give finite features",
      });
    }
    const head = headFromCentroids(this.options, D, centroids, descriptors);
    this.#assign(head);
    this.#hasRandomHead = false;
  }

  async exportTensors(): Promise<NamedTensors> {
    const tensors: NamedTensors = new Map(this.#frozenTensors);
    for (const [name, variable] of this.variables) {
      tensors.set(name, await fromVariable(name, variable));
    }
    return tensors;
  }

  importTensors(source: string, tensors: NamedTensors): void {
    checkTensors(source, tensors, this.#trainedShapes());
    this.#assign(tensors);
    this.#hasRandomHead = false;
  }

  async dispose(): Promise<void> {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
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

  #runTail(features: tf.Tensor4D): tf.Tensor4D {
    return runLayers(this.parts.trained, features, this.variables);
  }

  /** Replaces the values of all variables that `tensors` names. */
  #assign(tensors: NamedTensors): void {
    for (const [name, variable] of this.variables) {
      const tensor = tensors.get(name);
      if (tensor === undefined) continue;
      const value = toVariable(name, tensor);
      variable.assign(value);
      value.dispose();
    }
  }
}
