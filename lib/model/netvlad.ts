/**
 * The NetVLAD layer.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";

/** Trainable values of a NetVLAD layer: K clusters, local descriptors of length D. */
export interface NetVladParams {
  /** Soft-assignment weights w_k, `[D, K]`. */
  assignWeights: tf.Tensor2D;
  /** Soft-assignment biases b_k, `[K]`; v1 has none. */
  assignBiases?: tf.Tensor1D;
  /** Centroids c_k, in the space of L2-normalised local descriptors, `[K, D]`. */
  centroids: tf.Tensor2D;
}

/**
 * Pools a feature map into one descriptor per image.
 *
 * Each local descriptor adds its residual to every centroid, weighted by its
 * soft assignment. The sums are L2-normalised per cluster (intra-normalisation),
 * then as a whole.
 *
 * @param features Encoder output of any scale, `[N, H, W, D]`.
 * @param params Layer parameters; their D must be that of `features`.
 * @returns Descriptors of unit length, cluster by cluster, `[N, K·D]`. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, eq. 4 and section 3.1.
 */
export function netVlad(
  features: tf.Tensor4D,
  params: NetVladParams,
): tf.Tensor2D {
  const { N, H, W, D } = checkShape("features", features.shape, "N H W D");
  const { K } = checkShape("centroids", params.centroids.shape, "K D", { D });
  const { assignWeights, assignBiases, centroids } = params;
  checkShape("assignWeights", assignWeights.shape, "D K", { D, K });
  if (assignBiases) checkShape("assignBiases", assignBiases.shape, "K", { K });

  return tf.tidy(() => {
    const flat = l2Normalize(tf.reshape(features, [-1, D])); // [N·P, D]
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

    const vlad = tf.reshape(l2Normalize(residuals), [N, K * D]); // [N, K·D]
    return l2Normalize(vlad) as tf.Tensor2D;
  });
}
