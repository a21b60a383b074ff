/**
 * L2 normalisation with gradients that stay finite.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";

/** The least that is divided by, as in PyTorch's `normalize`; what MatConvNet adds to a norm, or to its square. */
export const NORM_FLOOR = 1e-12;

/**
 * Divides the vectors along the last axis by their L2 norm, or by 1e-12 if that is more.
 *
 * Shorter vectors, those of norm zero too, have a gradient of zero: the quotient's
 * own would be around 1e12. Norms whose square is beyond float32, from 1.8e19, give NaN.
 *
 * @param x `[…, D]`.
 * @returns `[…, D]`. The caller disposes it.
 *
 * Source: `torch.nn.functional.normalize`, but for the gradient of short vectors.
 */
export function l2Normalize<T extends tf.Tensor>(x: T): T {
  const normalize = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const { squares, isLong } = measure(x);
    const clamped = tf.maximum(squares, NORM_FLOOR * NORM_FLOOR);
    const inverse = tf.div(tf.sqrt(clamped), clamped); // of infinity NaN, which is noticed; 1 / ∞ would be 0
    const value = tf.mul(x, inverse);
    save([value, tf.mul(inverse, isLong)]);
    return {
      value,
      gradFunc: (dy, [unit, slope]) => {
        const along = tf.sum(tf.mul(dy, unit!), -1, true); // […, 1]
        return tf.mul(tf.sub(dy, tf.mul(unit!, along)), slope!);
      },
    };
  });
  return tf.tidy(() => normalize(x) as T);
}

/**
 * Divides the vectors along the last axis by `√(‖x‖² + 1e-12)`: short ones stay
 * short, and the gradient at zero is 1e6.
 *
 * @param x `[…, D]`.
 * @returns `[…, D]`. The caller disposes it.
 *
 * Source: `vl_nnnormalizelp` of MatConvNet, as Relja's NetVLAD uses it for local descriptors and clusters.
 */
export function l2NormalizeSmoothly<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(x), -1, true); // […, 1]
    return tf.mul(x, tf.rsqrt(tf.add(squares, NORM_FLOOR)));
  });
}

/**
 * Divides the vectors along the last axis by `‖x‖ + 1e-12`. A vector of norm zero
 * stays zero and has a gradient of zero, as with `l2Normalize`.
 *
 * @param x `[…, D]`.
 * @returns `[…, D]`. The caller disposes it.
 *
 * Source: the last layer of Relja's NetVLAD.
 */
export function l2NormalizeOffset<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const { squares, isLong } = measure(x);
    const norms = tf.sqrt(tf.maximum(squares, NORM_FLOOR * NORM_FLOOR));
    return tf.mul(tf.div(x, tf.add(norms, NORM_FLOOR)), isLong);
  });
}

/** Squared norms, and whether they are above the floor: 0 or 1, which unlike `greater()` has a gradient. */
function measure(x: tf.Tensor): { squares: tf.Tensor; isLong: tf.Tensor } {
  const squares = tf.sum(tf.square(x), -1, true); // […, 1]
  return { squares, isLong: tf.step(tf.sub(squares, NORM_FLOOR * NORM_FLOOR)) };
}
