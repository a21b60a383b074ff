/**
 * First values of NetVLAD v2 as pytorch-NetVlad computes them.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import {
  distanceSquared,
  dot,
  eachRow,
  type NetVladValues,
  type Rows,
  RUNNER_UP_SHARE,
  scaledColumns,
} from "./netvlad_init.ts";

/**
 * First values of NetVLAD v2 with the three defects of pytorch-NetVlad, for
 * those who have to repeat its results: the search runs from the centroids to
 * the descriptors, its result is taken for distances although it is indices, and
 * the bias is `−α‖c_k‖`, without the square.
 *
 * α is chosen from the gap between the squared indices of the two descriptors
 * nearest to a centroid. It depends on the order of the descriptors, is orders of
 * magnitude from the published one, and may be negative.
 *
 * @param centroids As clustered, `[K, D]`.
 * @param descriptors Local descriptors in the order in which they were drawn, `[n, D]`, n ≥ 2.
 * @throws {OptionsError} If the indices leave no gap to choose α by.
 *
 * Source: `init_params()` of pytorch-NetVlad's netvlad.py.
 */
export function initNetVladV2AsPytorch(
  centroids: Rows,
  descriptors: Rows,
): NetVladValues {
  const gaps = Array.from(eachRow(centroids), (centroid) => {
    const [first, second] = nearestTwo(centroid, descriptors);
    return second ** 2 - first ** 2;
  });
  const meanGap = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (!Number.isFinite(meanGap) || meanGap === 0) {
    throw new OptionsError("Cannot choose α by the indices of descriptors", {
      where: `option vladInit (the gap between squared indices is ${meanGap})`,
      fix: "set vladInit to published, or cluster other descriptors",
    });
  }
  const alpha = -Math.log(RUNNER_UP_SHARE) / meanGap;
  return {
    assignWeights: scaledColumns(centroids, 2 * alpha),
    assignBiases: Float32Array.from(
      eachRow(centroids),
      (c) => -alpha * Math.sqrt(dot(c, c)),
    ),
    centroids: centroids.data,
    alpha,
  };
}

/** Indices of the descriptors nearest and second nearest to a centroid; the first among equals. */
function nearestTwo(
  centroid: Float32Array,
  descriptors: Rows,
): [number, number] {
  let nearest = { index: NaN, distance: Infinity };
  let second = nearest;
  let index = 0;
  for (const x of eachRow(descriptors)) {
    const distance = distanceSquared(x, centroid);
    if (distance < nearest.distance) {
      [nearest, second] = [{ index, distance }, nearest];
    } else if (distance < second.distance) second = { index, distance };
    index++;
  }
  return [nearest.index, second.index];
}
