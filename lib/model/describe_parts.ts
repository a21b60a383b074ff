/**
 * Parts of images described: every position, or the regions of R-MAC.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { joinNumbers } from "../number_types.ts";
import type { Images, Model } from "./model.ts";
import { l2Normalize } from "./normalize.ts";
import type { LOCAL_FORMS } from "./options.ts";
import { regionVectors } from "./rmac.ts";
import { runImages } from "./run_images.ts";

/** What runs images up to the encoder's output. */
type Encoder = Pick<Model, "imagesPerRun" | "runFrozen" | "encodeTrained">;

/**
 * Local descriptors of images: see `Model.describeLocally`.
 *
 * @returns `[N, P, D]` row-major.
 */
export function describePositions(
  encoder: Encoder,
  images: Images,
  form: typeof LOCAL_FORMS[number],
): Promise<Float32Array> {
  return encodeImages(
    encoder,
    images,
    (features) => form === "normalized" ? l2Normalize(features) : features,
  );
}

/**
 * Describes the regions of R-MAC, before they are whitened and added up.
 *
 * @param model Its `rmacLevels` is the number of scales.
 * @param images N images of one size.
 * @returns Vectors of unit length, or zeros, `[N, R, D]` row-major.
 * @throws {ShapeError} If the images are too small for the network.
 */
export function describeRegions(
  model: Model,
  images: Images,
): Promise<Float32Array> {
  const { rmacLevels } = model.options;
  return encodeImages(
    model,
    images,
    (features) => regionVectors(features, rmacLevels),
  );
}

/** What `take` makes of the encoder's output, one image after the other. */
async function encodeImages(
  encoder: Encoder,
  images: Images,
  take: (features: tf.Tensor4D) => tf.Tensor,
): Promise<Float32Array> {
  const runs: Float32Array[] = [];
  await runImages(encoder, images, async (features) => {
    const taken = tf.tidy(() => take(encoder.encodeTrained(features)));
    runs.push(await taken.data() as Float32Array);
    taken.dispose();
  });
  return joinNumbers(runs);
}
