/**
 * Images through a describer, as many at a time as its engine can hold.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type * as tf from "../engine/tf.ts";
import type { Describer, Images } from "./model.ts";

/**
 * Hands the frozen features of images to `use`, run by run.
 *
 * @param use Is told the index of the first image of a run.
 * @throws {ShapeError} If there are no whole images.
 */
export async function runImages(
  describer: Pick<Describer, "imagesPerRun" | "runFrozen">,
  images: Images,
  use: (features: tf.Tensor4D, first: number) => Promise<void>,
): Promise<void> {
  const N = countImages(images);
  const step = describer.imagesPerRun(images);
  const imageLength = images.height * images.width * 3;
  for (let first = 0; first < N; first += step) {
    const features = await describer.runFrozen({
      ...images,
      pixels: images.pixels.subarray(
        first * imageLength,
        Math.min(N, first + step) * imageLength,
      ),
    });
    try {
      await use(features.tensor as tf.Tensor4D, first);
    } finally {
      features.dispose();
    }
  }
}

/**
 * Describes images.
 *
 * @returns Descriptors, `[N, F]` row-major.
 */
export async function describeByRuns(
  describer: Omit<Describer, "describe">,
  images: Images,
): Promise<Float32Array> {
  const F = describer.descriptorLength;
  const rows = new Float32Array(countImages(images) * F);
  await runImages(describer, images, async (features, first) => {
    const descriptors = describer.runTrained(features);
    rows.set(await descriptors.data(), first * F);
    descriptors.dispose();
  });
  return rows;
}

/**
 * Counts images.
 *
 * @throws {ShapeError} If there are no whole ones.
 */
export function countImages({ pixels, height, width }: Images): number {
  const count = pixels.length / (height * width * 3);
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError(
      `Cannot use ${pixels.length} pixel values as images of ${width}x${height}`,
      {
        where: "argument images",
        fix: `pass N·${height}·${width}·3 values`,
      },
    );
  }
  return count;
}
