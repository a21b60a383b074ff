import { COMPAT_FLAGS } from "../tasks/_compat.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  EVALUATE_FLAGS,
  RANDOM_FLAGS,
  RUN_FLAGS,
} from "../tasks/_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "../tasks/_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  MODEL_FLAGS,
} from "../tasks/_flags_model.ts";
import { FOUND_FLAGS } from "../tasks/_flags_found.ts";
import { ONNX_FLAGS } from "../tasks/_flags_onnx.ts";
import { TRAIN_FLAGS } from "../tasks/_flags_train.ts";
import { WHITEN_FLAGS, WHITENING_FLAGS } from "../tasks/_flags_whiten.ts";

/** Every group of flags that goes together, as a task with all of them would have it. */
export const FLAG_GROUPS = {
  compat: COMPAT_FLAGS,
  dataset: DATASET_FLAGS,
  images: IMAGE_FLAGS,
  model: MODEL_FLAGS,
  checkpoint: CHECKPOINT_FLAGS,
  onnx: ONNX_FLAGS,
  whitening: WHITENING_FLAGS,
  whiten: WHITEN_FLAGS,
  found: FOUND_FLAGS,
  cluster: CLUSTER_FLAGS,
  train: TRAIN_FLAGS,
  describe: DESCRIBE_FLAGS,
  evaluate: EVALUATE_FLAGS,
  run: RUN_FLAGS,
  engine: ENGINE_FLAGS,
  random: RANDOM_FLAGS,
};
