/**
 * CGD: several global descriptors in one, and the auxiliary head that classifies
 * images while they are trained.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import type { HeadOptions } from "./aggregator.ts";
import { generalizedMean } from "./gem.ts";
import { l2Normalize } from "./normalize.ts";
import { largestFeatures, meanFeatures } from "./pooling.ts";

/** Parameters of CGD, by the names that its authors' program gives them; weights are `[out, in]`. */
export type CgdParams = ReadonlyMap<string, tf.Tensor>;

/** What CGD makes of features. */
export type CgdOutput = {
  /** Descriptors of unit length, `[N, F]`. */
  descriptors: tf.Tensor2D;
  /** The first of its pooled vectors, by which the auxiliary head classifies, `[N, D]`. */
  pooled: tf.Tensor2D;
};

/** Means and variances of channels. */
export type ChannelStatistics = {
  /** `[D]` */
  mean: tf.Tensor;
  /** The biased ones, `[D]`. */
  variance: tf.Tensor;
};

/** Added to a variance, as in PyTorch's `BatchNorm1d`. */
const EPSILON = 1e-5;

/** How much of the running statistics a batch replaces, as in PyTorch's `BatchNorm1d`. */
const MOMENTUM = 0.1;

type Pool = (features: tf.Tensor4D) => tf.Tensor2D;

/** What each letter of a name such as `cgd:SG` stands for. */
const POOLS: Readonly<Record<string, Pool>> = Object.freeze({
  S: meanFeatures,
  M: largestFeatures,
  G: (features) => generalizedMean(features),
});

/** Letters of the global descriptors of a pooling such as `cgd:SG`, in order. */
export function listGlobalDescriptors(
  { pooling }: Pick<HeadOptions, "pooling">,
): string[] {
  return [...pooling.slice("cgd:".length)];
}

/**
 * Describes images by several global descriptors: features pooled in several ways
 * (S, mean; M, maximum; G, generalised mean with p = 3), each times a matrix of its
 * own and L2-normalised, then one after the other and L2-normalised again.
 *
 * @param features Encoder output, `[N, H, W, D]`.
 * @returns The caller disposes both.
 *
 * Source: Jun et al., Combination of multiple global descriptors for image
 * retrieval, 2019, section 3.2.
 */
export function describeByCgd(
  features: tf.Tensor4D,
  options: Pick<HeadOptions, "pooling">,
  params: CgdParams,
): CgdOutput {
  checkShape("features", features.shape, "N H W D");
  return tf.tidy(() => {
    const pools = listGlobalDescriptors(options)
      .map((letter) => POOLS[letter]!(features)); // [N, D] each
    const parts = pools.map((pool, i) =>
      l2Normalize(linear(pool, params, `main_modules.${i}.0`))
    );
    return {
      descriptors: l2Normalize(tf.concat(parts, 1)),
      pooled: pools[0]!,
    };
  });
}

/**
 * Classifies images by their first pooled vector: batch normalisation, then a
 * linear layer.
 *
 * @param pooled `[N, D]`
 * @param statistics What to normalise by: those of the batch in training, else the running ones.
 * @returns Logits, `[N, classes]`. The caller disposes them.
 *
 * Source: Jun et al., section 3.3, and its authors' program.
 */
export function classifyByCgd(
  pooled: tf.Tensor2D,
  { mean, variance }: ChannelStatistics,
  params: CgdParams,
): tf.Tensor2D {
  return tf.tidy(() => {
    const scale = tf.mul(
      tf.rsqrt(tf.add(variance, EPSILON)),
      params.get("auxiliary_module.0.weight")!,
    ); // [D]
    const normalized = tf.add(
      tf.mul(tf.sub(pooled, mean), scale),
      params.get("auxiliary_module.0.bias")!,
    ); // [N, D]
    return linear(normalized as tf.Tensor2D, params, "auxiliary_module.1");
  });
}

/** Statistics of a batch of pooled vectors, `[N, D]`. The caller disposes them. */
export function measureChannels(pooled: tf.Tensor2D): ChannelStatistics {
  return tf.tidy(() => {
    const mean = tf.mean(pooled, 0);
    return { mean, variance: tf.mean(tf.square(tf.sub(pooled, mean)), 0) };
  });
}

/** The running statistics among the buffers of a model, which keeps them. */
export function runningStatistics(
  buffers: ReadonlyMap<string, tf.Variable>,
): { mean: tf.Variable; variance: tf.Variable } {
  return {
    mean: buffers.get("auxiliary_module.0.running_mean")!,
    variance: buffers.get("auxiliary_module.0.running_var")!,
  };
}

/**
 * Moves the running statistics towards those of a batch of N images, N > 1.
 *
 * Source: PyTorch's `BatchNorm1d`, which keeps the unbiased variance.
 */
export function moveRunningStatistics(
  buffers: ReadonlyMap<string, tf.Variable>,
  { mean, variance }: ChannelStatistics,
  N: number,
): void {
  const running = runningStatistics(buffers);
  const towards = (now: tf.Tensor, batch: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(now, 1 - MOMENTUM), tf.mul(batch, MOMENTUM));
  tf.tidy(() => {
    const unbiased = tf.mul(variance, N / (N - 1));
    running.mean.assign(towards(running.mean, mean));
    running.variance.assign(towards(running.variance, unbiased));
  });
}

/** A linear layer, with a bias if it has one. */
function linear(
  rows: tf.Tensor2D,
  params: CgdParams,
  name: string,
): tf.Tensor2D {
  const weight = params.get(`${name}.weight`) as tf.Tensor2D; // [out, in]
  const products = tf.matMul(rows, weight, false, true) as tf.Tensor2D;
  const bias = params.get(`${name}.bias`);
  return bias === undefined ? products : tf.add(products, bias);
}
