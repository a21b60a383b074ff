/**
 * One pass over the images: every contender's descriptors from the same features.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import { createDecodePool } from "../data/image/decode_pool.ts";
import { type ImageBatch, imageBatches } from "../data/image/image_batches.ts";
import type { ImageOptions } from "../data/image/options.ts";
import {
  createDatasetDescriptors,
  type DatasetDescriptors,
} from "../describe/describe_dataset.ts";
import * as tf from "../engine/tf.ts";
import { aggregate, descriptorLength } from "../model/aggregate.ts";
import type { Model } from "../model/model.ts";
import { runImages } from "../model/run_images.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import { colorHistograms, HISTOGRAM_LENGTH } from "./color_histogram.ts";
import { type Contender, FLOOR } from "./contenders.ts";

/** Descriptors of every contender by its name, the floor's too. Their owner declares them with `using`. */
export interface ContenderDescriptors extends Disposable {
  readonly byName: ReadonlyMap<string, DatasetDescriptors>;
}

/** How images are read and how many at a time. */
export interface ContenderPass {
  images: Partial<ImageOptions>;
  /** Images per batch, at most. */
  describeBatch: number;
}

/**
 * Makes the files that descriptors of contenders go to.
 *
 * @param folder Each contender has a folder of its own in it.
 */
export async function createContenderDescriptors(
  dataset: PlaceDataset,
  { localLength }: Model,
  contenders: readonly Contender[],
  folder: string,
): Promise<ContenderDescriptors> {
  const lengths = new Map([
    [FLOOR, HISTOGRAM_LENGTH],
    ...contenders.map(({ name, options }) =>
      [name, descriptorLength(options, localLength)] as const
    ),
  ]);
  using made = new DisposableStack();
  const byName = new Map<string, DatasetDescriptors>();
  for (const [name, length] of lengths) {
    const own = join(folder, name);
    await Deno.mkdir(own);
    byName.set(name, made.use(createDatasetDescriptors(dataset, own, length)));
  }
  const kept = made.move();
  return { byName, [Symbol.dispose]: () => kept.dispose() };
}

/**
 * Describes a dataset by every contender: the encoder runs once for each image.
 *
 * @param model Its encoder has nothing to train; its NetVLAD has its centroids.
 * @param target Made by `createContenderDescriptors`.
 */
export async function* describeContenders(
  model: Model,
  dataset: PlaceDataset,
  contenders: readonly Contender[],
  target: ContenderDescriptors,
  { images, describeBatch: batchSize }: ContenderPass,
): AsyncGenerator<ProgressEvent, void> {
  const isOne = dataset.queries === dataset.database;
  const sides = isOne
    ? ["database"] as const
    : ["database", "queries"] as const;
  using pool = createDecodePool(images);
  for (const side of sides) {
    const { paths } = dataset[side];
    let done = 0;
    yield progress(`describe ${side}`, done, paths.length);
    for await (const batch of imageBatches(pool, paths, { batchSize })) {
      const write = (name: string, row: number, values: Float32Array): void =>
        target.byName.get(name)![side].write(row, values);
      await describeBatch(model, batch, contenders, write);
      done += batch.indices.length;
      yield progress(`describe ${side}`, done, paths.length);
    }
  }
}

/** Describes a batch, whose images follow each other in the dataset. */
async function describeBatch(
  model: Model,
  batch: ImageBatch,
  contenders: readonly Contender[],
  write: (name: string, row: number, values: Float32Array) => void,
): Promise<void> {
  const { height, width, pixels, indices: [firstRow = 0] } = batch;
  write(FLOOR, firstRow, colorHistograms(pixels, height * width));
  await runImages(model, batch, async (features, first) => {
    for (const { name, options, lastRelu } of contenders) {
      const descriptors = tf.tidy(() =>
        aggregate(
          lastRelu ? tf.relu(features) : features,
          options,
          model.variables,
        )
      );
      try {
        const values = await descriptors.data() as Float32Array;
        write(name, firstRow + first, values);
      } finally {
        descriptors.dispose();
      }
    }
  });
}
