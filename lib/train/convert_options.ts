/**
 * Options of a conversion of weights.
 *
 * @module
 */
import { OptionsError } from "../errors.ts";
import {
  CHECKPOINT_DEFAULTS,
  type CheckpointOptions,
  type ModelOptions,
  resolveCheckpointOptions,
  resolveModelOptions,
} from "../model/options.ts";

/** What weights may not tell of the model that they are of. */
export type StatedModel = Omit<ModelOptions, "weights" | "seed" | "vladInit">;

/** Options of a conversion: what the weights do not tell, and which checkpoint of a run. */
export type ConvertOptions =
  & Partial<StatedModel>
  & Pick<CheckpointOptions, "checkpoint">;

/** The one place where the default lives. */
export const CONVERT_DEFAULTS: Readonly<ConvertOptions> = Object.freeze({
  checkpoint: CHECKPOINT_DEFAULTS.checkpoint,
});

/** What weights are converted to. */
export type TargetFormat = "safetensors" | "checkpoint" | "stateDict" | "onnx";

/** Kinds of files that weights are converted to, by the end of their names. */
const FORMATS: Readonly<Record<string, TargetFormat>> = {
  ".safetensors": "safetensors",
  ".pth.tar": "checkpoint",
  ".pth": "stateDict",
  ".onnx": "onnx",
};

/**
 * Fills in the default and checks the result.
 *
 * @throws {OptionsError} If an option is wrong; it names every one.
 */
export function resolveConvertOptions(
  given: Partial<ConvertOptions> = {},
): { checkpoint: ConvertOptions["checkpoint"]; stated: Partial<StatedModel> } {
  const { checkpoint, ...others } = given;
  const stated = Object.fromEntries(
    Object.entries(others).filter(([, value]) => value !== undefined),
  );
  resolveModelOptions(stated);
  return {
    stated,
    ...resolveCheckpointOptions({ ...(checkpoint && { checkpoint }) }),
  };
}

/**
 * The kind of file that a path asks for.
 *
 * @throws {OptionsError} If it ends in none that is known.
 */
export function formatOf(path: string): TargetFormat {
  const name = path.toLowerCase();
  const found = Object.entries(FORMATS).find(([end]) => name.endsWith(end));
  if (found !== undefined) return found[1];
  throw new OptionsError("Cannot convert weights to a file of this kind", {
    where: path,
    fix: `end its name in ${Object.keys(FORMATS).join(", ")}`,
  });
}
