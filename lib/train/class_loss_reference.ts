/**
 * The losses of training on classes as plain sums: slow, double precision, and the
 * oracle for the fast ones. Keep it dull.
 *
 * @module
 */
import type { ClassLossOptions } from "./class_loss.ts";

/**
 * The cross-entropy with temperature and label smoothing, image by image.
 *
 * @param logits `[N][classes]`
 *
 * Source: `LabelSmoothingCrossEntropyLoss` of leftthomas/CGD.
 */
export function smoothedCrossEntropyReference(
  logits: readonly (readonly number[])[],
  labels: readonly number[],
  { temperature, labelSmoothing }: Omit<ClassLossOptions, "margin">,
): number {
  let sum = 0;
  for (const [i, row] of logits.entries()) {
    const scaled = row.map((value) => value / temperature);
    const largest = Math.max(...scaled);
    const mass = scaled.reduce((all, x) => all + Math.exp(x - largest), 0);
    const losses = scaled.map((x) => Math.log(mass) - (x - largest));
    const mean = losses.reduce((all, x) => all + x, 0) / losses.length;
    sum += (1 - labelSmoothing) * losses[labels[i]!]! + labelSmoothing * mean;
  }
  return sum / logits.length;
}

/**
 * The batch-hard triplet loss, image by image.
 *
 * @param descriptors `[N][F]`
 *
 * Source: `BatchHardTripletLoss` of leftthomas/CGD.
 */
export function batchHardTripletReference(
  descriptors: readonly (readonly number[])[],
  labels: readonly number[],
  { margin }: Pick<ClassLossOptions, "margin">,
): number {
  let sum = 0;
  for (const [i, anchor] of descriptors.entries()) {
    let farthest = 0;
    let nearest = Infinity;
    for (const [j, other] of descriptors.entries()) {
      const apart = distance(anchor, other);
      if (labels[j] !== labels[i]) nearest = Math.min(nearest, apart);
      else if (j !== i) farthest = Math.max(farthest, apart);
    }
    sum += Math.max(farthest - nearest + margin, 0);
  }
  return sum / descriptors.length;
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, f) => sum + (value - b[f]!) ** 2, 0));
}
