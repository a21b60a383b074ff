/**
 * PCA whitening of descriptors, applied; it is one linear map.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { l2Normalize } from "./normalize.ts";
import type { NamedTensor } from "./weights/tensors.ts";

/**
 * A whitening from descriptors of length F to P: with principal directions U
 * `[F, P]`, their variances λ and the mean μ of descriptors, projection is
 * `diag(1/√(λ + 1e-9))·Uᵀ` and offset is `−projection·μ`.
 */
export interface Whitening {
  /** `[P, F]` */
  projection: NamedTensor;
  /** `[P]` */
  offset: NamedTensor;
}

/**
 * Whitens descriptors: `projection·x + offset`, L2-normalised.
 *
 * @param descriptors `[N, F]`
 * @returns Descriptors of unit length, `[N, P]`. The caller disposes them.
 * @throws {ShapeError} If two shapes disagree.
 *
 * Source: Jégou and Chum, Negative evidences and co-occurences in image retrieval:
 * the benefit of PCA and whitening, ECCV 2012, as in NetVLAD's own program.
 */
export function whiten(
  descriptors: tf.Tensor2D,
  whitening: Whitening,
): tf.Tensor2D {
  const { F } = checkShape("descriptors", descriptors.shape, "N F");
  const P = whitenedLength(whitening, F);
  return tf.tidy(() => {
    const projection = tf.tensor2d(whitening.projection.data, [P, F]);
    const offset = tf.tensor1d(whitening.offset.data); // [P]
    const turned = tf.matMul(descriptors, projection, false, true); // [N, P]
    return l2Normalize(tf.add(turned, offset));
  });
}

/**
 * Length of whitened descriptors, P.
 *
 * @param descriptorLength F.
 * @throws {ShapeError} If the whitening is for descriptors of another length.
 */
export function whitenedLength(
  { projection, offset }: Whitening,
  descriptorLength: number,
): number {
  const F = descriptorLength;
  const { P } = checkShape("projection", projection.shape, "P F", { F });
  checkShape("offset", offset.shape, "P", { P });
  return P;
}
