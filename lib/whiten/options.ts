/**
 * Options of fitting a whitening.
 *
 * @module
 */
import {
  BOOLEAN,
  COUNT,
  integerFrom,
  resolveOptions,
  type Rules,
} from "../options.ts";

/** Options of fitting a whitening. Each is described here and nowhere else. */
export interface WhitenOptions {
  /** Length of whitened descriptors, P; less than the images, and at most that of the descriptors. */
  whitenLength: number;
  /** Database images that it is fitted to, drawn at random; all if there are no more. */
  whitenImages: number;
  /** Whether components are scaled to variance 1, which is what whitening is, or only projected on. */
  whitenScale: boolean;
}

/** The one place where the defaults live. Source: Arandjelović et al., NetVLAD, CVPR 2016. */
export const WHITEN_DEFAULTS: Readonly<WhitenOptions> = Object.freeze({
  whitenLength: 4096,
  whitenImages: 10_000,
  whitenScale: true,
});

const WHITEN_RULES: Rules<WhitenOptions> = {
  whitenLength: COUNT,
  whitenImages: integerFrom(2),
  whitenScale: BOOLEAN,
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveWhitenOptions(
  given: Partial<WhitenOptions> = {},
): Readonly<WhitenOptions> {
  return resolveOptions(given, {
    purpose: "fit a whitening",
    defaults: WHITEN_DEFAULTS,
    rules: WHITEN_RULES,
  });
}
