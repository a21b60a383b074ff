import { headShapes } from "../../lib/model/aggregate.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { outputChannels, weightShapes } from "../../lib/model/layers.ts";
import {
  type ModelOptions,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import type {
  NamedTensor,
  NamedTensors,
} from "../../lib/model/weights/tensors.ts";
import type {
  TorchCheckpoint,
  TorchOptimizer,
  TorchParameterState,
} from "../../lib/model/weights/torch_checkpoint.ts";
import { createRandom, type Random } from "../../lib/random.ts";
import {
  type Checkpoint,
  writeCheckpoint,
} from "../../lib/train/checkpoint.ts";

/** A narrow model, which weights of all its parts fit. */
export const NARROW: Partial<ModelOptions> = {
  arch: "alexnet",
  widthDivisor: 32,
  numClusters: 3,
};

/** Random numbers for every parameter of a model, in the order of the state dict. */
export function makeParameters(given: Partial<ModelOptions>): NamedTensors {
  const options = resolveModelOptions(given);
  const { layers } = describeNetwork(options.arch, options);
  const D = outputChannels(layers, 3);
  const shapes = [...weightShapes(layers, 3), ...headShapes(options, D)];
  const random = createRandom(1);
  return new Map(
    shapes.map(([name, shape]) => [name, makeTensor(shape, random)]),
  );
}

function makeTensor(shape: readonly number[], random: Random): NamedTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length }, () => random.nextNormal());
  return { shape: [...shape], data };
}

/** Parameters by the names of pytorch-NetVlad. */
export function inTorch(parameters: NamedTensors): NamedTensors {
  return new Map(
    [...parameters].map((
      [name, tensor],
    ) => [name.replace(/^features\./, "encoder."), tensor]),
  );
}

/** A checkpoint as main.py saves it, which trained the last `numTrained` parameters. */
export function makeTorchCheckpoint(
  { kind, numTrained, firstNumber = 0, isNew = false }: {
    kind: "sgd" | "adam";
    numTrained: number;
    firstNumber?: number;
    /** Whether no step was made. */
    isNew?: boolean;
  },
): TorchCheckpoint {
  const parameters = makeParameters({ ...NARROW, vladV2: true });
  const random = createRandom(2);
  const trained = [...parameters.values()].slice(-numTrained);
  const buffers = kind === "sgd"
    ? ["momentum_buffer"]
    : ["exp_avg", "exp_avg_sq"];
  const remember = ({ shape }: NamedTensor): TorchParameterState => ({
    ...(kind === "adam" && { step: 17 }),
    buffers: new Map(
      buffers.map((buffer) => [buffer, makeTensor(shape, random)]),
    ),
  });
  const options: TorchOptimizer["groups"][number]["options"] = kind === "sgd"
    ? {
      ...{ lr: 1 / 3, momentum: 0.9, dampening: 0, nesterov: false },
      ...{ ["weight_decay"]: 0.001, foreach: null, ["initial_lr"]: 0.1 },
    }
    : { lr: 1e-4, betas: [0.9, 0.999], eps: 1e-8, amsgrad: false };
  const params = trained.map((_, i) => firstNumber + 7 * i);
  return {
    tensors: inTorch(parameters),
    epoch: 12,
    bestScore: 1 / 7,
    recalls: { 1: 0.1, 5: 1 / 7, 10: 0.3, 20: 0.5 },
    parallel: false,
    optimizer: {
      kind,
      groups: [{ params, options }],
      state: new Map(
        isNew ? [] : trained.map((tensor, i) => [params[i]!, remember(tensor)]),
      ),
    },
  };
}

/** A checkpoint of ours after two epochs of training the head. */
export const OWN: Checkpoint = {
  parameters: makeParameters(NARROW),
  optimizer: new Map([
    ["step", { shape: [1], data: Float32Array.of(40) }],
    ["momentum_buffer.pool.centroids", {
      shape: [3, 8],
      data: new Float32Array(24).fill(0.1),
    }],
    ["momentum_buffer.pool.conv.weight", {
      shape: [3, 8, 1, 1],
      data: new Float32Array(24).fill(-1e-42),
    }],
  ]),
  state: {
    epoch: 2,
    bestRecall: 1 / 3,
    evaluationsSinceBest: 1,
    cachedNegatives: { 3: [1, 2] },
    history: [1, 2].map((epoch) => ({
      epoch,
      learningRate: 0.01 / epoch,
      loss: 0.2,
      tuples: 9,
      skipped: 1,
      recall: { 1: 0.25, 5: 1 / 3 },
    })),
  },
};

/** Writes it. */
export function writeOwn(path: string): Promise<void> {
  const options = resolveModelOptions(NARROW);
  const network = describeNetwork(options.arch, options);
  return writeCheckpoint(path, { options, network }, OWN);
}
