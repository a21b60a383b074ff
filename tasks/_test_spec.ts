/**
 * The flags of `deno task test`, which `deno task sandbox` takes too.
 *
 * @module
 */
import type {
  CheckpointOptions,
  ClusterOptions,
  CompatOptions,
  DatasetOptions,
  DescribeOptions,
  EngineOptions,
  EvaluateOptions,
  ImageOptions,
  ModelOptions,
  RunOptions,
  WhiteningOptions,
  WhitenOptions,
} from "../mod.ts";
import { COMPAT_FLAGS } from "./_compat.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  EVALUATE_FLAGS,
  RANDOM_FLAGS,
  RUN_FLAGS,
} from "./_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  listCentroidConflicts,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import {
  FOUND_FLAGS,
  type FoundOptions,
  listFoundConflicts,
} from "./_flags_found.ts";
import {
  listOnnxConflicts,
  ONNX_FLAGS,
  type OnnxFileOptions,
} from "./_flags_onnx.ts";
import {
  CHOSEN_WHITEN_FLAGS,
  listWhiteningConflicts,
  WHITENING_FLAGS,
} from "./_flags_whiten.ts";
import type { TaskSpec } from "./_spec.ts";

/** Options of an evaluation, group by group. */
export interface TestGroups {
  compat: CompatOptions;
  dataset: DatasetOptions;
  images: ImageOptions;
  model: Omit<ModelOptions, "seed">;
  checkpoint: CheckpointOptions;
  onnx: OnnxFileOptions;
  whitening: WhiteningOptions;
  whiten: WhitenOptions;
  found: FoundOptions;
  cluster: Omit<ClusterOptions, "seed">;
  describe: DescribeOptions;
  evaluate: EvaluateOptions;
  run: RunOptions;
  random: { seed: number };
  engine: EngineOptions;
}

/** The task `test`. */
export const TEST_SPEC: TaskSpec<TestGroups> = {
  name: "test",
  description:
    "Evaluates a trained model (--resume), or one off the shelf (--weights, --onnx), by Recall@N on a split.",
  groups: {
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    onnx: ONNX_FLAGS,
    whitening: WHITENING_FLAGS,
    whiten: CHOSEN_WHITEN_FLAGS,
    found: FOUND_FLAGS,
    cluster: CLUSTER_FLAGS,
    describe: DESCRIBE_FLAGS,
    evaluate: EVALUATE_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    listCentroidConflicts,
    listWhiteningConflicts,
    ({ onnx, model, checkpoint, cluster }) =>
      listOnnxConflicts(onnx, [model, checkpoint, cluster]),
    ({ found, ...given }) => listFoundConflicts(found, given),
  ],
};
