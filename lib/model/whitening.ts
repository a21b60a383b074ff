/**
 * PCA whitening of descriptors, applied; it is one linear map.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { OptionsError } from "../errors.ts";
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

/** Bytes of the rows of a projection that are multiplied at a time: engines on WASM copy them. */
const TILE_BYTES = 1 << 26;

/** A whitening on an engine. Who uploads it disposes it by `tf.dispose`. */
export interface UploadedWhitening {
  /** The rows of the projection in order, `[p, F]` each. */
  tiles: tf.Tensor2D[];
  /** `[P]` */
  offset: tf.Tensor1D;
}

/**
 * Puts a whitening on the engine in use.
 *
 * @param maxBytes The most that a tensor may have.
 */
export function uploadWhitening(
  { projection, offset }: Whitening,
  maxBytes = TILE_BYTES,
): UploadedWhitening {
  const [P = 0, F = 0] = projection.shape;
  const bytes = Math.min(maxBytes, TILE_BYTES);
  const step = Math.max(1, Math.floor(bytes / (4 * F)));
  const tiles: tf.Tensor2D[] = [];
  for (let row = 0; row < P; row += step) {
    const count = Math.min(step, P - row);
    const values = projection.data.subarray(row * F, (row + count) * F);
    tiles.push(tf.tensor2d(values, [count, F]));
  }
  return { tiles, offset: tf.tensor1d(offset.data) };
}

/**
 * Whitens descriptors by an uploaded whitening.
 *
 * @param descriptors `[N, F]`
 * @returns Descriptors of unit length, `[N, P]`. The caller disposes them.
 */
export function whitenUploaded(
  descriptors: tf.Tensor2D,
  { tiles, offset }: UploadedWhitening,
): tf.Tensor2D {
  return tf.tidy(() => {
    const turned = tiles.map((tile) =>
      tf.matMul(descriptors, tile, false, true)
    ); // [N, p]
    return l2Normalize(tf.add(tf.concat(turned, 1), offset)); // [N, P]
  });
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
  whitenedLength(whitening, F);
  return tf.tidy(() => whitenUploaded(descriptors, uploadWhitening(whitening)));
}

/**
 * A whitening to the leading components alone.
 *
 * @param length How many, at least 1.
 * @throws {OptionsError} If it has fewer.
 */
export function cropWhitening(
  { projection, offset }: Whitening,
  length: number,
): Whitening {
  const [P = 0, F = 0] = projection.shape;
  if (length > P) {
    throw new OptionsError(`Cannot keep ${length} of ${P} whitened values`, {
      where: `option cropLength is ${length}`,
      fix: `use at most ${P}, or fit a whitening to more`,
    });
  }
  return {
    projection: {
      shape: [length, F],
      data: projection.data.slice(0, length * F),
    },
    offset: { shape: [length], data: offset.data.slice(0, length) },
  };
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
