/**
 * Gives a describer a whitening from a file, and crops what it has.
 *
 * @module
 */
import { OptionsError, ShapeError } from "../errors.ts";
import {
  COUNT,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import type { Describer } from "./model.ts";
import { cropWhitening, type Whitening } from "./whitening.ts";
import { readWhitening } from "./weights/whitening_file.ts";

/** How descriptors are whitened. */
export interface WhiteningOptions {
  /** File of a whitening, or of weights with one; that of the weights in use, if they have one, if left out. */
  whitening?: string;
  /** Values of a whitened descriptor that are kept, the leading ones; all if left out. */
  cropLength?: number;
}

const WHITENING_RULES: Rules<WhiteningOptions> = {
  whitening: optional(TEXT),
  cropLength: optional(COUNT),
};

/**
 * Checks the options.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveWhiteningOptions(
  given: Partial<WhiteningOptions> = {},
): Readonly<WhiteningOptions> {
  return resolveOptions<WhiteningOptions>(given, {
    purpose: "whiten descriptors",
    defaults: {},
    rules: WHITENING_RULES,
  });
}

/**
 * Whitens the descriptors of a describer from now on, as the options say.
 *
 * @throws {OptionsError} If an option is wrong, or there is nothing to crop.
 * @throws {CheckpointError} If the file has no whitening.
 * @throws {ShapeError} If the whitening is for descriptors of another length.
 *
 * @example
 * ```ts
 * import { createModel, useWhitening } from "@whereabouts/whereabouts";
 *
 * async function describeShortly(weights: string): Promise<void> {
 *   const model = await createModel({ weights });
 *   useWhitening(model, { cropLength: 512 });
 *   console.log(model.descriptorLength); // 512
 *   await model.dispose();
 * }
 * ```
 */
export function useWhitening(
  describer: Describer,
  given: Partial<WhiteningOptions>,
): void {
  const { whitening: path, cropLength } = resolveWhiteningOptions(given);
  if (path !== undefined) setFrom(path, describer, readWhitening(path));
  if (cropLength === undefined) return;
  if (describer.whitening === undefined) {
    throw new OptionsError("Cannot crop descriptors that are not whitened", {
      where: `option cropLength is ${cropLength}`,
      fix: "set whitening to a file, use weights with one, or leave it out",
    });
  }
  describer.setWhitening(cropWhitening(describer.whitening, cropLength));
}

/** Ends what whitening there is first: another file takes its place. */
function setFrom(
  path: string,
  describer: Describer,
  whitening: Whitening,
): void {
  describer.setWhitening(undefined);
  const [, F] = whitening.projection.shape;
  if (F === describer.descriptorLength) {
    return describer.setWhitening(whitening);
  }
  throw new ShapeError(
    `Cannot whiten descriptors of ${describer.descriptorLength} values`,
    {
      where: `${path}, which is for ${F} values`,
      fix: "give a whitening that was fitted to this model",
    },
  );
}
