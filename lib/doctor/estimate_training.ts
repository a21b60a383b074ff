/**
 * What an epoch of training will take.
 *
 * @module
 */
import { DESCRIBE_DEFAULTS } from "../describe/options.ts";
import { TRAIN_DEFAULTS } from "../train/options.ts";
import type { ModelFlops } from "./measured_model.ts";
import { type EngineSpeed, gradientSpeed } from "./speed.ts";
import {
  countImages,
  type EstimatePlan,
  LIVE_VALUES,
  type ModelCosts,
  onEach,
  searchSeconds,
  type SplitCounts,
  type StageEstimate,
  type TrainingCounts,
} from "./stage_costs.ts";

/** A query, its positive, its negatives. */
const TUPLE_IMAGES = 2 + TRAIN_DEFAULTS.negativesPerTuple;
/** Bytes per second of a file that was written not long ago: assumed. */
const FILE_SPEED = 1e9;

/** What the seconds of an epoch are worked out from, on one engine. */
interface EpochPlan extends TrainingCounts {
  costs: ModelCosts;
  speed: EngineSpeed;
  flops: ModelFlops;
  decodeRate: number;
}

/**
 * Estimates the first epoch, in which features of the frozen layers are computed,
 * and a later one, in which those that were kept are read.
 */
export function estimateTraining(
  { engines, decodeRate }: EstimatePlan,
  costs: ModelCosts,
  counts: TrainingCounts,
): StageEstimate[] {
  const { F, featureBytes, weightBytes, trainedBytes, describeBytes } = costs;
  const splits = listSplits(counts);
  const needs = {
    memoryBytes: describeBytes +
      LIVE_VALUES * TRAIN_DEFAULTS.batchTuples * TUPLE_IMAGES * featureBytes,
    diskBytes: 4 * F * Math.max(...splits.map(countImages)) +
      2 * (weightBytes + trainedBytes) +
      featureBytes *
        sum(
          splits.map((split) => keptShare(split, costs) * countImages(split)),
        ),
  };
  const onEngines = (
    secondsOf: (plan: EpochPlan) => number,
  ): StageEstimate["seconds"] =>
    onEach(
      engines,
      (speed, flops) =>
        secondsOf({ ...counts, costs, speed, flops, decodeRate }),
    );
  return [
    {
      stage: "train, first epoch",
      seconds: onEngines((plan) => firstSeconds(plan) + epochSeconds(plan)),
      ...needs,
    },
    {
      stage: "train, later epoch",
      seconds: onEngines(epochSeconds),
      ...needs,
    },
  ];
}

function listSplits({ train, validation }: TrainingCounts): SplitCounts[] {
  return validation ? [train, validation] : [train];
}

/** Share of a split's features that are kept on disk: each split has half the space. */
function keptShare(
  split: SplitCounts,
  { featureBytes }: ModelCosts,
): number {
  const space = DESCRIBE_DEFAULTS.featureCacheGigabytes * 1e9 / 2;
  return Math.min(1, space / (countImages(split) * featureBytes));
}

/** Features that are computed once. */
function firstSeconds(plan: EpochPlan): number {
  return sum(
    listSplits(plan).map((split) =>
      keptShare(split, plan.costs) * featureSeconds(split, plan)
    ),
  );
}

/** Images of a split to features of the frozen layers. */
function featureSeconds(
  split: SplitCounts,
  { flops, speed, decodeRate }: EpochPlan,
): number {
  return countImages(split) * (flops.frozen / speed.frozen + 1 / decodeRate);
}

/** Descriptors of a split, of features that are kept as far as they fit. */
function describeSeconds(split: SplitCounts, plan: EpochPlan): number {
  const { costs, flops, speed } = plan;
  const kept = keptShare(split, costs);
  return (1 - kept) * featureSeconds(split, plan) +
    countImages(split) * (kept * costs.featureBytes / FILE_SPEED +
        (flops.trained + flops.head) / speed.trained);
}

/** Every query is taken to make a tuple of all its negatives, no two of the same image. */
function epochSeconds(plan: EpochPlan): number {
  const { train, validation, costs: { F }, speed, flops } = plan;
  const refreshes = Math.ceil(
    train.queries / TRAIN_DEFAULTS.cacheRefreshQueries,
  );
  const mine = TRAIN_DEFAULTS.negativesSampled * F * 4 / FILE_SPEED;
  const learn = TUPLE_IMAGES * (flops.trained + flops.head) /
    gradientSpeed(speed);
  const validate = validation
    ? describeSeconds(validation, plan) + searchSeconds(validation, F, speed)
    : 0;
  return refreshes * describeSeconds(train, plan) +
    train.queries * (mine + learn) + validate;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
