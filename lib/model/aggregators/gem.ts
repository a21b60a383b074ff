/**
 * Generalised means as heads: GeM, and weighted GeM.
 *
 * @module
 */
import * as tf from "../../engine/tf.ts";
import type { Aggregator, HeadOptions } from "../aggregator.ts";
import {
  GEM_FLOOR,
  GEM_LEAST,
  generalizedMean,
  type PositionWeights,
  powerMean,
} from "../gem.ts";
import { l2Normalize } from "../normalize.ts";
import { poolUnit } from "../pooling.ts";
import { addConstant, addNode, addScalar, type Draft } from "../onnx_draft.ts";
import {
  addPool,
  addPoolUnit,
  addPositions,
  addSum,
  addTensor,
  addUnitRows,
} from "../onnx_head_parts.ts";
import type { NamedTensors } from "../weights/tensors.ts";
import { weighPositions } from "../wgem.ts";

/** Name of a learned exponent, as Radenović et al. have it. */
export const POWER = "pool.p";

/** Name of the 1×1 convolution that weighs positions. */
export const SCORE_WEIGHT = "pool.score.weight";

const SCORE_BIAS = "pool.score.bias";

/** The generalised mean over positions (GeM), D values. See `generalizedMean` and `powerMean`. */
export const GEM: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: powerShapes,
  start: startPower,
  aggregate: (features, options, params) =>
    poolUnit(
      features,
      options.poolNorm,
      (features) => takeMean(features, options, params),
    ),
  addToGraph: (draft, features, options, tensors) =>
    addPoolUnit(
      draft,
      features,
      options.poolNorm,
      (features) => addMean(draft, features, options, tensors),
    ),
};

/** The same with weights of positions (wGeM), D values. See `weighPositions`. */
export const WEIGHTED_GEM: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: (options, D) =>
    new Map([
      [SCORE_WEIGHT, [1, D, 1, 1]],
      [SCORE_BIAS, [1]],
      ...powerShapes(options, D),
    ]),
  start: (options, D) =>
    new Map([
      [SCORE_WEIGHT, {
        shape: [1, D, 1, 1],
        data: new Float32Array(D),
      }],
      [SCORE_BIAS, { shape: [1], data: new Float32Array(1) }],
      ...startPower(options, D),
    ]),
  aggregate: (features, options, params) =>
    tf.tidy(() => {
      const weights = weighPositions(features, {
        weight: params.get(SCORE_WEIGHT) as tf.Tensor4D,
        bias: params.get(SCORE_BIAS) as tf.Tensor1D,
      });
      return l2Normalize(takeMean(features, options, params, weights));
    }),
  addToGraph: (draft, features, options, tensors) => {
    const weights = addPositionWeights(draft, features, tensors);
    return addUnitRows(
      draft,
      addMean(draft, features, options, tensors, weights),
    );
  },
};

/** Whether negative features keep their sign, as in CGD: of the exponents only 3, where it is not trained. */
function isSigned({ gemP, gemPower }: HeadOptions): boolean {
  return gemPower === "fixed" && gemP === 3;
}

/** The exponent, if it is learned. */
function powerShapes(
  { gemPower }: HeadOptions,
  D: number,
): Map<string, number[]> {
  if (gemPower === "fixed") return new Map();
  return new Map([[POWER, [gemPower === "learned" ? 1 : D]]]);
}

function startPower(options: HeadOptions, D: number): NamedTensors {
  return new Map(
    [...powerShapes(options, D)].map(([name, shape]) => {
      const data = new Float32Array(shape[0]!).fill(options.gemP);
      return [name, { shape, data }];
    }),
  );
}

function takeMean(
  features: tf.Tensor4D,
  options: HeadOptions,
  params: ReadonlyMap<string, tf.Tensor>,
  weights?: PositionWeights,
): tf.Tensor2D {
  if (isSigned(options)) return generalizedMean(features, weights);
  const power = params.get(POWER) ?? tf.tensor1d([options.gemP]);
  return powerMean(features, power as tf.Tensor1D, weights);
}

/** The mean that the options ask for, `[N, D]`; of positions with weights `[N, 1, P]` if there are some. */
function addMean(
  draft: Draft,
  features: string,
  options: HeadOptions,
  tensors: NamedTensors,
  weights?: string,
): string {
  if (isSigned(options)) return addGeneralizedMean(draft, features, weights);
  return addPowerMean(
    draft,
    features,
    tensors.get(POWER)?.data ?? Float32Array.of(options.gemP),
    weights,
  );
}

/** See `generalizedMean`. */
export function addGeneralizedMean(
  draft: Draft,
  features: string,
  weights?: string,
): string {
  const squares = addNode(draft, "Mul", [features, features]);
  const cubes = addNode(draft, "Mul", [squares, features]);
  const mean = weights
    ? addWeightedSum(draft, addPositions(draft, cubes), weights)
    : addPool(draft, "GlobalAveragePool", cubes); // [N, D]
  const size = addNode(draft, "Abs", [mean]);
  const clipped = addNode(draft, "Clip", [size, addScalar(draft, GEM_FLOOR)]);
  const root = addNode(draft, "Pow", [clipped, addScalar(draft, 1 / 3)]);
  return addNode(draft, "Mul", [root, addNode(draft, "Sign", [mean])]);
}

/** See `powerMean`. */
function addPowerMean(
  draft: Draft,
  features: string,
  power: Float32Array,
  weights?: string,
): string {
  const P = power.length;
  const exponent = addConstant(draft, "power", [P, 1], power);
  const inverse = addConstant(draft, "root", [P], power.map((p) => 1 / p));
  const positions = addPositions(draft, features); // [N, D, P]
  const local = addNode(draft, "Clip", [
    positions,
    addScalar(draft, GEM_LEAST),
  ]);
  const largest = addNode(draft, "ReduceMax", [local], { axes: [2] });
  const shares = addNode(draft, "Div", [local, largest]);
  const powers = addPower(draft, shares, exponent);
  const mean = weights
    ? addWeightedSum(draft, powers, weights)
    : addNode(draft, "ReduceMean", [powers], { axes: [2], keepdims: 0 });
  const clipped = addNode(draft, "Clip", [mean, addScalar(draft, GEM_FLOOR)]);
  const root = addPower(draft, clipped, inverse); // [N, D]
  const scale = addNode(draft, "Flatten", [largest], { axis: 1 });
  return addNode(draft, "Mul", [root, scale]);
}

/** Powers of positive numbers. (ONNX Runtime's Pow of several exponents does not compile on WebGPU.) */
function addPower(draft: Draft, base: string, exponent: string): string {
  const logs = addNode(draft, "Log", [base]);
  return addNode(draft, "Exp", [addNode(draft, "Mul", [logs, exponent])]);
}

/** `[N, D, P]` with weights `[N, 1, P]` to `[N, D]`. */
function addWeightedSum(
  draft: Draft,
  positions: string,
  weights: string,
): string {
  return addSum(draft, addNode(draft, "Mul", [positions, weights]), 2, false);
}

/** See `weighPositions`; `[N, 1, P]`. */
function addPositionWeights(
  draft: Draft,
  features: string,
  tensors: NamedTensors,
): string {
  const scores = addNode(draft, "Conv", [
    features,
    addTensor(draft, SCORE_WEIGHT, tensors),
    addTensor(draft, SCORE_BIAS, tensors),
  ]); // [N, 1, h, w]
  const positions = addPositions(draft, scores); // [N, 1, P]
  const negated = addNode(draft, "Neg", [positions]);
  const soft = addNode(draft, "Softplus", [negated]);
  const logs = addNode(draft, "Neg", [soft]); // log σ(s)
  return addNode(draft, "Softmax", [logs], { axis: 2 });
}
