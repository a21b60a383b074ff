import { resolveImageOptions } from "../../lib/data/image/options.ts";
import { readImage } from "../../lib/data/image/read_image.ts";
import type { Model } from "../../lib/model/model.ts";

/** Descriptors of images, `[N, F]`, each read and described by itself: the plain way that stages are compared with. */
export async function describeOneByOne(
  model: Model,
  paths: readonly string[],
): Promise<Float32Array> {
  const F = model.descriptorLength;
  const rows = new Float32Array(paths.length * F);
  for (const [i, path] of paths.entries()) {
    rows.set(
      await model.describe(await readImage(path, resolveImageOptions())),
      i * F,
    );
  }
  return rows;
}
