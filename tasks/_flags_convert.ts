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

const MODEL = MODEL_FLAGS.flags;

/** The model, as far as its weights and their run do not tell. */
export const STATED_FLAGS: FlagGroup<StatedModel> = {
  title: "Model",
  defaults: {},
  resolve: resolveConvertOptions,
  flags: {
    arch: told(MODEL.arch),
    lastLayer: told(MODEL.lastLayer),
    lastRelu: told(MODEL.lastRelu),
    layer3Stride: told(MODEL.layer3Stride),
    pooling: told(MODEL.pooling),
    centerPrior: told(MODEL.centerPrior),
    poolNorm: told(MODEL.poolNorm),
    gemP: told(MODEL.gemP),
    gemPower: told(MODEL.gemPower),
    rmacLevels: told(MODEL.rmacLevels),
    rmacWhiten: told(MODEL.rmacWhiten),
    cgdLength: told(MODEL.cgdLength),
    cgdClasses: told(MODEL.cgdClasses),
    numClusters: told(MODEL.numClusters),
    vladV2: told(MODEL.vladV2),
    vladOrder: told(MODEL.vladOrder),
    vladNorm: told(MODEL.vladNorm),
    widthDivisor: told(MODEL.widthDivisor),
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
