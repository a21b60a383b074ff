/**
 * The triplet loss.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { ShapeError } from "../errors.ts";
import type { TrainOptions } from "./options.ts";

/** Descriptors of a batch of T tuples. */
export interface TupleDescriptors {
  /** `[T, F]` */
  queries: tf.Tensor2D;
  /** One for each query, `[T, F]`. */
  positives: tf.Tensor2D;
  /** Those of the first query, then those of the second …, `[ΣJ, F]`. */
  negatives: tf.Tensor2D;
  /** Negatives J of each query, `[T]`. */
  negativeCounts: readonly number[];
}

/** Which margin, on which distance, and what the loss is the mean over. */
export type LossOptions = Pick<
  TrainOptions,
  "margin" | "marginOn" | "lossOver"
>;

/** Added to every component of a difference, as in PyTorch's `pairwise_distance`. */
const OFFSET = 1e-6;

/** Squared distances below this count as zero, with a gradient of zero. */
const SQUARED_FLOOR = 1e-30;

/**
 * Asks every negative to be farther from its query than the positive is, by a
 * margin; the mean over the negatives of what is lacking: over all, or over those
 * that lack something (0 if none does).
 *
 * On `euclidean` distances the margin's square root is taken:
 * `max(‖q − p + 1e-6‖ − ‖q − n + 1e-6‖ + √margin, 0)`. On `squared` ones:
 * `max(‖q − p‖² − ‖q − n‖² + margin, 0)`. Differentiable in all descriptors.
 *
 * @returns Scalar. The caller disposes it.
 * @throws {ShapeError} If two shapes disagree, or there are no negatives.
 *
 * Source: `train()` of pytorch-NetVlad's main.py; Arandjelović et al., NetVLAD,
 * CVPR 2016, eq. 7; the mean over those that violate is that of Relja's program.
 */
export function tripletLoss(
  descriptors: TupleDescriptors,
  { margin, marginOn, lossOver }: LossOptions,
): tf.Scalar {
  checkTuples(descriptors);
  const { queries, positives, negatives, negativeCounts } = descriptors;
  return tf.tidy(() => {
    const repeat = repetition(negativeCounts); // [ΣJ, T]
    const distance = marginOn === "squared" ? distanceSquared : distanceOf;
    const toPositives = distance(queries, positives); // [T, 1]
    const toNegatives = distance(tf.matMul(repeat, queries), negatives); // [ΣJ, 1]
    const lacking = tf.add(
      tf.sub(tf.matMul(repeat, toPositives), toNegatives),
      marginOn === "squared" ? margin : Math.sqrt(margin),
    ); // [ΣJ, 1]
    const losses = tf.relu(lacking);
    if (lossOver === "violating") {
      const count = tf.maximum(tf.sum(tf.step(lacking)), 1);
      return tf.div(tf.sum(losses), count) as tf.Scalar;
    }
    return tf.mean(losses) as tf.Scalar;
  });
}

function checkTuples(
  { queries, positives, negatives, negativeCounts }: TupleDescriptors,
): void {
  const T = negativeCounts.length;
  const { F } = checkShape("queries", queries.shape, "T F", { T });
  checkShape("positives", positives.shape, "T F", { T, F });
  const J = negativeCounts.reduce((sum, count) => sum + count, 0);
  checkShape("negatives", negatives.shape, "J F", { J, F });
  if (J === 0) {
    throw new ShapeError("Cannot compare queries to no negatives", {
      where: "argument negatives",
      fix: "leave out tuples without negatives",
    });
  }
}

/**
 * A row for each negative with a one in the column of its query: a product with
 * it repeats rows. (The WASM backend cannot differentiate `gather`.)
 */
function repetition(negativeCounts: readonly number[]): tf.Tensor2D {
  const rows = negativeCounts.flatMap((count, t) =>
    Array.from(
      { length: count },
      () => negativeCounts.map((_, column) => column === t ? 1 : 0),
    )
  );
  return tf.tensor2d(rows);
}

/** `‖a − b + 1e-6‖` row by row, `[R, 1]`. */
function distanceOf(a: tf.Tensor, b: tf.Tensor): tf.Tensor2D {
  const squares = tf.square(tf.add(tf.sub(a, b), OFFSET)); // [R, F]
  const sums = tf.sum(squares, 1, true); // [R, 1]
  return tf.sqrt(tf.maximum(sums, SQUARED_FLOOR)) as tf.Tensor2D;
}

/** `‖a − b‖²` row by row, `[R, 1]`. */
function distanceSquared(a: tf.Tensor, b: tf.Tensor): tf.Tensor2D {
  return tf.sum(tf.square(tf.sub(a, b)), 1, true);
}
