/**
 * What each stage will take, from counts, sizes and measured speeds, with the
 * defaults of all options but those of the model. Estimates: meant to be right
 * within a factor of two or three.
 *
 * @module
 */
import { isCgd } from "../model/options.ts";
import { CLUSTER_DEFAULTS } from "../train/cluster_options.ts";
import { estimateClassTraining } from "./estimate_classes.ts";
import { estimateTraining } from "./estimate_training.ts";
import { secondsPerImage } from "./speed.ts";
import {
  countImages,
  type EstimatePlan,
  listCosts,
  type ModelCosts,
  onEach,
  searchSeconds,
  type SplitCounts,
  type StageEstimate,
} from "./stage_costs.ts";

/** Greedy k-means++ costs about as much as so many iterations. */
const KMEANS_START_ITERATIONS = 6;

/**
 * Estimates the stages that the splits are for: `train` for clustering and
 * training, others for testing; one that is `all` there is, for clustering too.
 */
export function estimateStages(plan: EstimatePlan): StageEstimate[] {
  const costs = listCosts(plan);
  const { splits, model: { pooling } } = plan;
  const train = splits.find(({ split }) => split === "train");
  const isOfClasses = isCgd(pooling);
  const validation = splits.find(({ split }) => split === "val") ??
    (isOfClasses ? splits.find(({ split }) => split === "test") : undefined);
  const clustered = train ?? splits.find(({ split }) => split === "all");
  const tested = splits.filter((split) => split !== train);
  return [
    ...(clustered && pooling === "netvlad"
      ? [estimateCluster(plan, costs, clustered)]
      : []),
    ...(train && isOfClasses
      ? [estimateClassTraining(plan, costs, { train, validation })]
      : []),
    ...(train && !isOfClasses
      ? estimateTraining(plan, costs, { train, validation })
      : []),
    ...tested.map((split) => estimateTest(plan, costs, split)),
  ];
}

/** All iterations of k-means are counted: it may need fewer. */
function estimateCluster(
  { engines, model, decodeRate }: EstimatePlan,
  { D, describeBytes }: ModelCosts,
  { database }: SplitCounts,
): StageEstimate {
  const options = CLUSTER_DEFAULTS;
  const images = Math.min(options.clusterImages, database);
  const points = images * options.clusterDescriptorsPerImage;
  const iterations = options.clusterStarts *
    (options.clusterIterations + KMEANS_START_ITERATIONS);
  const pointBytes = 4 * points * D;
  return {
    stage: "cluster",
    seconds: onEach(
      engines,
      (speed, flops) =>
        images * (secondsPerImage(flops, speed) + 1 / decodeRate) +
        iterations * 2 * points * model.numClusters * D / speed.products,
    ),
    memoryBytes: describeBytes + 2 * pointBytes,
    diskBytes: pointBytes + 4 * model.numClusters * D,
  };
}

function estimateTest(
  { engines, decodeRate }: EstimatePlan,
  { F, describeBytes }: ModelCosts,
  split: SplitCounts,
): StageEstimate {
  const images = countImages(split);
  return {
    stage: split.split === "all" ? "test" : `test (${split.split})`,
    seconds: onEach(
      engines,
      (speed, flops) =>
        images * (secondsPerImage(flops, speed) + 1 / decodeRate) +
        searchSeconds(split, F, speed),
    ),
    memoryBytes: describeBytes,
    diskBytes: 4 * images * F,
  };
}
