/**
 * The NetVLAD layer.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import {
  l2Normalize,
  l2NormalizeOffset,
  l2NormalizeSmoothly,
} from "./normalize.ts";
import { MODEL_DEFAULTS, type ModelOptions } from "./options.ts";

/** Trainable values of a NetVLAD layer: K clusters, local descriptors of length D. */
export interface NetVladParams {
  /** Soft-assignment weights w_k, `[D, K]`. */
  assignWeights: tf.Tensor2D;
  /** Soft-assignment biases b_k, `[K]`; v1 has none. */
  assignBiases?: tf.Tensor1D;
  /** Centroids c_k, in the space of L2-normalised local descriptors, `[K, D]`. */
  centroids: tf.Tensor2D;
}

/** How a NetVLAD layer divides by norms, and the order of its descriptors. */
export type NetVladOptions = Pick<ModelOptions, "vladNorm" | "vladOrder">;

/**
 * Pools a feature map into one descriptor per image.
 *
 * Each local descriptor adds its residual to every centroid, weighted by its
 * soft assignment. The sums are L2-normalised per cluster (intra-normalisation),
 * then as a whole.
 *
 * @param features Encoder output of any scale, `[N, H, W, D]`.
 * @param params Layer parameters; their D must be that of `features`.
 * @param options Norms and order.
 * @returns Descriptors of unit length, `[N, K·D]` or `[N, D·K]`. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 4 and section 3.1.
 */
export function netVlad(
  features: tf.Tensor4D,
  params: NetVladParams,
  { vladNorm, vladOrder }: NetVladOptions = MODEL_DEFAULTS,
): tf.Tensor2D {
  return tf.tidy(() => {
    const { residuals } = sumResiduals(features, params, { vladNorm }); // [N, K, D]
    const [N, K, D] = residuals.shape;
    const isSmooth = vladNorm === "smoothed";
    const normalizeRows = isSmooth ? l2NormalizeSmoothly : l2Normalize;
    const normalizeWhole = isSmooth ? l2NormalizeOffset : l2Normalize;

    const clusters = normalizeRows(residuals); // [N, K, D]
    const ordered = vladOrder === "cluster-major"
      ? clusters
      : tf.transpose(clusters, [0, 2, 1]); // [N, D, K]
    return normalizeWhole(tf.reshape(ordered, [N, K * D])) as tf.Tensor2D;
  });
}

/**
 * The first steps of the layer, up to the sums of residuals.
 *
 * @param features Encoder output of any scale, `[N, H, W, D]`.
 * @param params Layer parameters; their D must be that of `features`.
 * @param options Norms.
 * @returns Soft assignments `[N, P, K]` and sums of residuals `[N, K, D]`, not normalised. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 */
export function sumResiduals(
  features: tf.Tensor4D,
  params: NetVladParams,
  { vladNorm }: Pick<NetVladOptions, "vladNorm"> = MODEL_DEFAULTS,
): { assign: tf.Tensor3D; residuals: tf.Tensor3D } {
  const { N, H, W, D } = checkShape("features", features.shape, "N H W D");
  const { K } = checkShape("centroids", params.centroids.shape, "K D", { D });
  const { assignWeights, assignBiases, centroids } = params;
  checkShape("assignWeights", assignWeights.shape, "D K", { D, K });
  if (assignBiases) checkShape("assignBiases", assignBiases.shape, "K", { K });

  const normalizeRows = vladNorm === "smoothed"
    ? l2NormalizeSmoothly
    : l2Normalize;
  return tf.tidy(() => {
    const flat = normalizeRows(tf.reshape(features, [-1, D])); // [N·P, D]
    const products = tf.matMul(flat, assignWeights); // [N·P, K]
    const scores = assignBiases ? tf.add(products, assignBiases) : products;
    const assign = tf.reshape(tf.softmax(scores), [N, -1, K]); // [N, P, K]
    const local = tf.reshape(flat, [N, -1, D]); // [N, P, D]

    // Σ_i a_ik (x_i − c_k) = Σ_i a_ik x_i − c_k Σ_i a_ik: no [N, P, K, D] tensor.
    const sums = tf.matMul(assign, local, true); // [N, K, D]
    // Row by row first: one float32 sum over all positions would lose a digit.
    const rows = tf.sum(tf.reshape(assign, [N, H, W, K]), 2); // [N, H, K]
    const mass = tf.expandDims(tf.sum(rows, 1), 2); // [N, K, 1]
    const residuals = tf.sub(sums, tf.mul(mass, centroids)); // [N, K, D]
    return { assign, residuals } as {
      assign: tf.Tensor3D;
      residuals: tf.Tensor3D;
    };
  });
}
