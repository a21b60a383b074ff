/**
 * The model whose speed is measured, and what it has to compute.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { ImageSize } from "../image_size.ts";
import { headShapes } from "../model/aggregate.ts";
import { describeNetwork } from "../model/architectures.ts";
import { assembleModel } from "../model/assembled_model.ts";
import { createModel } from "../model/create_model.ts";
import {
  cutNetwork,
  intermediateSizes,
  outputChannels,
  weightShapes,
} from "../model/layers.ts";
import type { Model } from "../model/model.ts";
import type { ModelOptions } from "../model/options.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import { countFlops, countNetVladFlops } from "./flops.ts";

/** Floating-point operations for one image. */
export interface ModelFlops {
  /** Layers that are frozen in training. */
  frozen: number;
  /** Layers that are trained. */
  trained: number;
  /** NetVLAD. */
  head: number;
}

/** Counts the operations of a model for one image of a size. */
export function countModelFlops(model: Model, size: ImageSize): ModelFlops {
  const { parts, options, localLength: channels } = model;
  const cut = model.frozenSize(size);
  const local = { ...intermediateSizes(parts.trained, cut).at(-1)!, channels };
  return {
    frozen: countFlops(parts.frozen, { ...size, channels: 3 }),
    trained: countFlops(parts.trained, cut),
    head: options.pooling === "netvlad"
      ? countNetVladFlops(local, options.numClusters)
      : 0,
  };
}

/**
 * Assembles the model that is measured: with its weights if it has any, otherwise
 * with values that are quick to make and as slow to compute with as others.
 *
 * @returns The caller disposes it.
 * @throws {CheckpointError} If the weights cannot be read or do not fit.
 */
export async function createMeasuredModel(
  options: Readonly<ModelOptions>,
  engine: Engine,
): Promise<Model> {
  const network = describeNetwork(options.arch, options);
  const { trainFrom } = network;
  if (options.weights !== undefined) {
    return await createModel(options, { engine, trainFrom });
  }
  const D = outputChannels(network.layers, 3);
  const shapes = [
    ...weightShapes(network.layers, 3),
    ...headShapes(options, D),
  ];
  const tensors: NamedTensors = new Map(shapes.map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(length).fill(shape[0]! / length);
    return [name, { shape, data }];
  }));
  return assembleModel({
    options,
    network,
    parts: cutNetwork(network, trainFrom),
    tensors,
    engine,
    hasRandomHead: false,
    ownsEngine: false,
  });
}
