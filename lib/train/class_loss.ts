/**
 * Losses of training on classes: cross-entropy and the batch-hard triplet loss.
 *
 * @module
 */
import { checkShape } from "../check.ts";
import * as tf from "../engine/tf.ts";
import { ShapeError } from "../errors.ts";

/** How classes are learned. */
export interface ClassLossOptions {
  /** What logits are divided by, > 0; 0.5 in CGD. */
  temperature: number;
  /** Share of the target that all classes have alike, 0 to 1; 0.1 in CGD. */
  labelSmoothing: number;
  /** How much farther the nearest image of another class is to be than the farthest of its own, in Euclidean distance, ≥ 0; 0.1 in CGD. */
  margin: number;
}

/** Squared distances below this count as zero, with a gradient of zero. */
const SQUARED_FLOOR = 1e-30;

/** Farther than any two descriptors of unit length, squared. */
const FAR = 1e6;

/**
 * The cross-entropy of classes, by logits that are divided by a temperature. An
 * image's target is its own class, but for a share that all classes have alike.
 *
 * @param logits `[N, classes]`.
 * @param labels Class of each image, from 0, `[N]`.
 * @returns Scalar, the mean over images. The caller disposes it.
 * @throws {ShapeError} If there are more or fewer labels than images, or one has no logit.
 *
 * Source: Jun et al., Combination of multiple global descriptors for image
 * retrieval, 2019, eq. 4, with the label smoothing of Szegedy et al., CVPR 2016.
 */
export function smoothedCrossEntropy(
  logits: tf.Tensor2D,
  labels: readonly number[],
  { temperature, labelSmoothing }: Pick<
    ClassLossOptions,
    "temperature" | "labelSmoothing"
  >,
): tf.Scalar {
  const { N, C } = checkShape("logits", logits.shape, "N C", {
    N: labels.length,
  });
  checkLabels(labels, C);
  return tf.tidy(() => {
    const targets = new Float32Array(N * C).fill(labelSmoothing / C);
    labels.forEach((label, i) => targets[i * C + label]! += 1 - labelSmoothing);
    const logs = tf.logSoftmax(tf.div(logits, temperature)); // [N, classes]
    const products = tf.mul(logs, tf.tensor2d(targets, [N, C]));
    return tf.neg(tf.mean(tf.sum(products, 1))) as tf.Scalar;
  });
}

/**
 * The batch-hard triplet loss: of each image, the nearest one of another class is
 * to be farther than the farthest one of its own class, by a margin, in Euclidean
 * distance. An image that is alone in its class is its own positive, at distance 0.
 *
 * Of several that are equally far, one counts. Where two descriptors are the same,
 * the gradient of their distance is zero.
 *
 * @param descriptors Of unit length, `[N, F]`.
 * @param labels Class of each image, `[N]`.
 * @returns Scalar, the mean over images. The caller disposes it.
 * @throws {ShapeError} If there are more or fewer labels than images, or all are of one class.
 *
 * Source: Hermans et al., In defense of the triplet loss for person
 * re-identification, 2017, eq. 5; the mean as in CGD.
 */
export function batchHardTriplet(
  descriptors: tf.Tensor2D,
  labels: readonly number[],
  { margin }: Pick<ClassLossOptions, "margin">,
): tf.Scalar {
  checkShape("descriptors", descriptors.shape, "N F", { N: labels.length });
  checkSeveralClasses(labels);
  return tf.tidy(() => {
    const [positives, negatives] = tf.split(hardestOf(descriptors, labels), 2);
    const lacking = tf.add(
      tf.sub(
        distances(descriptors, positives!),
        distances(descriptors, negatives!),
      ),
      margin,
    ); // [N]
    return tf.mean(tf.relu(lacking)) as tf.Scalar;
  });
}

/**
 * Checks that there is a logit for each label.
 *
 * @throws {ShapeError} If there is none for one.
 */
export function checkLabels(
  labels: readonly number[],
  numClasses: number,
): void {
  const wrong = labels.find((label) => !(label >= 0 && label < numClasses));
  if (wrong === undefined) return;
  throw new ShapeError(`Cannot classify an image of class ${wrong}`, {
    where: `argument labels (there are logits of ${numClasses} classes)`,
    fix: "make the auxiliary head for as many classes as the data has",
  });
}

/**
 * Checks that there is something to compare.
 *
 * @throws {ShapeError} If all images are of one class.
 */
export function checkSeveralClasses(labels: readonly number[]): void {
  if (new Set(labels).size > 1) return;
  throw new ShapeError("Cannot compare images of one class with others", {
    where: `argument labels (all ${labels.length} are of the same class)`,
    fix: "make batches of two or more classes",
  });
}

/**
 * Rows of descriptors: the hardest positive of each image, then the hardest
 * negative of each. Rows are picked by a product with ones and zeros; which ones
 * has no gradient.
 *
 * @returns `[2·N, F]`
 */
function hardestOf(
  descriptors: tf.Tensor2D,
  labels: readonly number[],
): tf.Tensor2D {
  const pick = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const picks = chooseHardest(x, labels); // [2·N, N]
    save([picks]);
    return {
      value: tf.matMul(picks, x),
      gradFunc: (dy, [picks]) => tf.matMul(picks!, dy, true),
    };
  });
  return pick(descriptors) as tf.Tensor2D;
}

/** Rows of zeros with a one at the image that is meant, `[2·N, N]`. */
function chooseHardest(
  descriptors: tf.Tensor2D,
  labels: readonly number[],
): tf.Tensor2D {
  const N = labels.length;
  const isOwn = tf.tensor2d(
    labels.map((label) => labels.map((other) => Number(other === label))),
  ); // [N, N], an image's own class, with itself
  const apart = tf.mul(distancesSquared(descriptors), tf.sub(1, tf.eye(N)));
  const toOwn = tf.sub(tf.mul(apart, isOwn), tf.sub(1, isOwn)); // -1 for others
  const toOthers = tf.add(apart, tf.mul(isOwn, FAR));
  const chosen = [tf.argMax(toOwn, 1), tf.argMin(toOthers, 1)];
  // Asked for float32, the WASM backend's tf.oneHot gives zeros.
  return tf.cast(tf.oneHot(tf.concat(chosen), N), "float32") as tf.Tensor2D;
}

/** Squared distances of all rows to all, `[N, N]`: good enough to choose by. */
function distancesSquared(rows: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.sum(tf.square(rows), 1, true); // [N, 1]
  const sums = tf.add(squares, tf.transpose(squares));
  const products = tf.matMul(rows, rows, false, true);
  return tf.relu(tf.sub(sums, tf.mul(2, products)));
}

/** Distances row by row, `[R]`. */
function distances(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  const squares = tf.sum(tf.square(tf.sub(a, b)), 1); // [R]
  return tf.sqrt(tf.maximum(squares, SQUARED_FLOOR)) as tf.Tensor1D;
}
