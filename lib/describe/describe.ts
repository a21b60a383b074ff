/**
 * Images through a model to descriptors on disk.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import type { Describer } from "../model/model.ts";
import type { DescriptorFile } from "../search/descriptor_file.ts";
import type { FrozenBatch, FrozenFeatures } from "./frozen_features.ts";

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
 * @throws {CheckpointError} If a descriptor is not finite.
 */
export async function* describeImages(
  model: Describer,
  source: FrozenFeatures,
  { firstImage, rows, batchSize, phase }: DescribeTarget,
): AsyncGenerator<ProgressEvent, void> {
  const indices = Array.from(
    { length: rows.numRows },
    (_, row) => firstImage + row,
  );
  let done = 0;
  yield progress(phase, done, rows.numRows);
  const F = model.descriptorLength;
  for await (const batch of source.read(indices, batchSize)) {
    const values = await describeBatch(model, batch);
    batch.indices.forEach((index, i) => {
      const row = index - firstImage;
      const descriptor = values.subarray(i * F, (i + 1) * F);
      checkFinite(descriptor, `${phase}, image ${row + 1} of ${rows.numRows}`);
      rows.write(row, descriptor);
    });
    done += batch.indices.length;
    yield progress(phase, done, rows.numRows);
  }
}

/** Descriptors of a batch, `[N, F]`; disposes the batch. */
async function describeBatch(
  model: Describer,
  { features, dispose }: FrozenBatch,
): Promise<Float32Array> {
  try {
    const descriptors = model.runTrained(features);
    const values = await descriptors.data() as Float32Array;
    descriptors.dispose();
    return values;
  } finally {
    dispose();
  }
}

function checkFinite(descriptor: Float32Array, where: string): void {
  if (descriptor.every(Number.isFinite)) return;
  throw new CheckpointError("Cannot use descriptors that are not numbers", {
    where: `${where}, with the parameters that the model has now`,
    fix:
      "use other weights; if training led here, resume from the last checkpoint with a lower learningRate",
  });
}
