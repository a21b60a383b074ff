/**
 * Flags of training on classes.
 *
 * @module
 */
import {
  CLASS_TRAIN_DEFAULTS,
  type ClassOptions,
  resolveClassTrainOptions,
} from "../mod.ts";
import { BOOLEAN, INTEGER, NUMBER, NUMBERS } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** How a model learns classes, besides the flags that it shares with `TRAIN_FLAGS`. */
export const CLASS_FLAGS: FlagGroup<ClassOptions> = {
  title: "Training on classes (--pooling cgd:…)",
  defaults: CLASS_TRAIN_DEFAULTS,
  resolve: resolveClassTrainOptions,
  flags: {
    batchImages: {
      flag: "batch-images",
      type: INTEGER,
      help: "images per update",
    },
    imagesPerClass: {
      flag: "images-per-class",
      type: INTEGER,
      help: "images of each class in a batch",
    },
    lrMilestones: {
      flag: "lr-milestones",
      type: NUMBERS,
      help:
        "when the learning rate decreases by --lr-gamma, as shares of --epochs",
    },
    temperature: {
      flag: "temperature",
      type: NUMBER,
      help: "what the logits of classes are divided by",
    },
    labelSmoothing: {
      flag: "label-smoothing",
      type: NUMBER,
      help: "share of the target that all classes have alike",
    },
    augmentScale: {
      flag: "augment-scale",
      type: NUMBER,
      help:
        "training images are resized to this multiple of --resize, and a window of --resize is cut out at random",
    },
    augmentFlip: {
      flag: "augment-flip",
      type: BOOLEAN,
      help:
        "mirror every second training image, at random; --no-augment-flip does not",
    },
    classCellMeters: {
      flag: "class-cell-meters",
      type: NUMBER,
      unit: "metres",
      help:
        "positions in metres: side of the square cells that are the classes",
    },
  },
};
