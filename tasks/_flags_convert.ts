/**
 * Flags of a conversion: what weights do not tell of their model.
 *
 * @module
 */
import {
  CONVERT_DEFAULTS,
  type ConvertOptions,
  resolveConvertOptions,
  type StatedModel,
} from "../mod.ts";
import { CHECKPOINT_FLAGS, MODEL_FLAGS } from "./_flags_model.ts";
import type { Flag, FlagGroup } from "./_spec.ts";

const {
  arch,
  pooling,
  numClusters,
  vladV2,
  vladOrder,
  vladNorm,
  widthDivisor,
} = MODEL_FLAGS.flags;

/** The model, as far as its weights and their run do not tell. */
export const STATED_FLAGS: FlagGroup<StatedModel> = {
  title: "Model",
  defaults: {},
  resolve: resolveConvertOptions,
  flags: {
    arch: told(arch),
    pooling: told(pooling),
    numClusters: told(numClusters),
    vladV2: told(vladV2),
    vladOrder: told(vladOrder),
    vladNorm: told(vladNorm),
    widthDivisor: told(widthDivisor),
  },
};

/** Which checkpoint of a run. */
export const CHOSEN_FLAGS: FlagGroup<Pick<ConvertOptions, "checkpoint">> = {
  title: "Run folder as input",
  defaults: CONVERT_DEFAULTS,
  resolve: resolveConvertOptions,
  flags: { checkpoint: CHECKPOINT_FLAGS.flags.checkpoint },
};

function told<Value>(flag: Flag<Value>): Flag<Value> {
  return { ...flag, absent: "as the weights tell" };
}
