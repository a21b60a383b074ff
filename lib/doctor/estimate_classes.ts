/**
 * What an epoch of training on classes will take.
 *
 * @module
 */
import { CLASS_TRAIN_DEFAULTS } from "../train/class_options.ts";
import { gradientSpeed, secondsPerImage } from "./speed.ts";
import {
  countImages,
  type EstimatePlan,
  LIVE_VALUES,
  type ModelCosts,
  onEach,
  searchSeconds,
  type StageEstimate,
  type TrainingCounts,
} from "./stage_costs.ts";

/** Weights, their gradients, and two running means of Adam. */
const TRAINED_COPIES = 4;

/** Estimates an epoch, in which every layer learns from as many images as there are. */
export function estimateClassTraining(
  { engines, decodeRate, size }: EstimatePlan,
  { F, weightBytes, featureBytes, describeBytes }: ModelCosts,
  { train, validation }: TrainingCounts,
): StageEstimate {
  const images = countImages(train);
  const validated = validation ? countImages(validation) : 0;
  const { batchImages } = CLASS_TRAIN_DEFAULTS;
  const pixelBytes = 4 * size.width * size.height * 3;
  return {
    stage: "train, an epoch",
    seconds: onEach(engines, (speed, flops) => {
      const learn = (flops.frozen + flops.trained + flops.head) /
        gradientSpeed(speed);
      const validate = validated *
          (secondsPerImage(flops, speed) + 1 / decodeRate) +
        (validation ? searchSeconds(validation, F, speed) : 0);
      return images * (learn + 1 / decodeRate) + validate;
    }),
    memoryBytes: describeBytes + TRAINED_COPIES * weightBytes +
      batchImages * (pixelBytes + LIVE_VALUES * featureBytes),
    diskBytes: 2 * TRAINED_COPIES * weightBytes + validated * pixelBytes +
      4 * F * Math.max(images, validated),
  };
}
