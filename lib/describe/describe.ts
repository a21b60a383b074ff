/**
 * Images through a model to descriptors on disk.
 *
 * @module
 */
import { progress, type ProgressEvent } from "../progress.ts";
import type { Model } from "../model/model.ts";
import type { DescriptorFile } from "../search/descriptor_file.ts";
import type { FrozenFeatures } from "./frozen_features.ts";

/** Which images are described, to where. */
export interface DescribeTarget {
  /** Index of the first image in `source`. */
  firstImage: number;
  /** Receives one row for each image from `firstImage` on, from row 0 on. */
  rows: Pick<DescriptorFile, "numRows" | "write">;
  /** Images per batch, at most. */
  batchSize: number;
  /** What the progress is called. */
  phase: string;
}

/**
 * Describes images, a batch at a time, and writes each descriptor as it is made.
 *
 * @param source Frozen features of the images.
 * @yields Progress after every batch.
 */
export async function* describeImages(
  model: Model,
  source: FrozenFeatures,
  { firstImage, rows, batchSize, phase }: DescribeTarget,
): AsyncGenerator<ProgressEvent, void> {
  const indices = Array.from(
    { length: rows.numRows },
    (_, row) => firstImage + row,
  );
  let done = 0;
  yield progress(phase, done, rows.numRows);
  for await (const batch of source.read(indices, batchSize)) {
    const descriptors = model.runTrained(batch.features);
    const values = await descriptors.data() as Float32Array;
    descriptors.dispose();
    const F = model.descriptorLength;
    batch.indices.forEach((index, i) =>
      rows.write(index - firstImage, values.subarray(i * F, (i + 1) * F))
    );
    done += batch.indices.length;
    batch.dispose();
    yield progress(phase, done, rows.numRows);
  }
}
