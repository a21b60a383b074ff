/**
 * Features of the frozen part of a model, computed once: the first time they are
 * asked for they are kept on disk, as far as the space that they are given goes.
 *
 * @module
 */
import { createDecodePool } from "../data/image/decode_pool.ts";
import {
  imageBatches,
  type ImageBatchOptions,
} from "../data/image/image_batches.ts";
import type { ImageOptions } from "../data/image/options.ts";
import * as tf from "../engine/tf.ts";
import type { FeatureSize } from "../model/layers.ts";
import type { Describer, Images } from "../model/model.ts";
import {
  createDescriptorFile,
  type DescriptorFile,
} from "../search/descriptor_file.ts";

/** Features of some images. */
export interface FrozenBatch {
  /** Which of the images these are, `[N]`. */
  indices: number[];
  /** Features at the cut, `[N, h, w, C]`; valid until `dispose()`. */
  features: tf.Tensor4D;
  dispose(): void;
}

/** A source of frozen features for a list of images. */
export interface FrozenFeatures extends Disposable {
  /**
   * Hands out the features of some images: first those that are kept, then the others.
   *
   * @param indices Which of the images, each once.
   * @param batchSize Images per batch, at most.
   * @yields Batches; the caller disposes each before it asks for the next.
   * @throws {DatasetError} If an image cannot be read, or two of a batch differ in size.
   */
  read(
    indices: readonly number[],
    batchSize: number,
  ): AsyncGenerator<FrozenBatch, void, void>;
}

/** Where features are kept. */
export interface FeatureStore {
  /** A file that is not there yet; it is removed in the end. */
  path: string;
  /** Space for it, in bytes. */
  maxBytes: number;
}

/**
 * Makes a source of frozen features.
 *
 * @param model Its frozen part must not change.
 * @param paths The images.
 * @param images How to read them, and which part of each counts.
 * @param store Where to keep features; they are computed each time if left out.
 * @returns Its owner declares it with `using`.
 */
export function createFrozenFeatures(
  model: Describer,
  paths: readonly string[],
  { boxes, ...images }:
    & Partial<ImageOptions>
    & Pick<ImageBatchOptions, "boxes">,
  store?: FeatureStore,
): FrozenFeatures {
  const pool = createDecodePool(images);
  const kept = new KeptFeatures(model, paths.length, store);
  return {
    async *read(indices, batchSize): ReturnType<FrozenFeatures["read"]> {
      const isKept = Map.groupBy(indices, (index) => kept.has(index));
      yield* kept.read(isKept.get(true) ?? [], batchSize);
      const others = isKept.get(false) ?? [];
      if (others.length === 0) return;
      const batches = imageBatches(
        pool,
        others.map((index) => paths[index]!),
        {
          batchSize,
          ...(boxes && { boxes: others.map((index) => boxes[index]!) }),
        },
      );
      for await (const batch of batches) {
        const batchIndices = batch.indices.map((i) => others[i]!);
        for await (const run of runFrozenBatch(model, batch, batchIndices)) {
          await kept.write(run);
          yield run;
        }
      }
    },
    [Symbol.dispose]: () => {
      pool.close();
      kept.close();
    },
  };
}

/**
 * Runs the frozen part on as many images at a time as the engine can hold.
 *
 * @param indices Which images these are.
 */
export async function* runFrozenBatch(
  model: Describer,
  images: Images,
  indices: number[],
): AsyncGenerator<FrozenBatch, void, void> {
  const step = model.imagesPerRun(images);
  const imageLength = images.height * images.width * 3;
  for (let first = 0; first < indices.length; first += step) {
    const output = await model.runFrozen({
      ...images,
      pixels: images.pixels.subarray(
        first * imageLength,
        (first + step) * imageLength,
      ),
    });
    yield {
      indices: indices.slice(first, first + step),
      features: output.tensor as tf.Tensor4D,
      dispose: () => output.dispose(),
    };
  }
}

/** Rows of a file, one for each image that is kept. All are of the first one's size. */
class KeptFeatures {
  readonly #rowOfImage = new Map<number, number>();
  #size: FeatureSize | undefined;
  #file: DescriptorFile | undefined;

  constructor(
    readonly model: Describer,
    readonly numImages: number,
    readonly store: FeatureStore | undefined,
  ) {}

  has(index: number): boolean {
    return this.#rowOfImage.has(index);
  }

  async write({ indices, features }: FrozenBatch): Promise<void> {
    if (this.store === undefined) return;
    const [, height, width, channels] = features.shape;
    this.#size ??= { height, width, channels };
    this.#file ??= this.#createFile(this.store, height * width * channels);
    const fits = height === this.#size.height && width === this.#size.width;
    if (!fits || this.#rowOfImage.size === this.#file.numRows) return;
    const { rowLength, numRows } = this.#file;
    const values = await features.data() as Float32Array;
    for (const [i, index] of indices.entries()) {
      const row = this.#rowOfImage.size;
      if (row === numRows) return;
      const start = i * rowLength;
      this.#file.write(row, values.subarray(start, start + rowLength));
      this.#rowOfImage.set(index, row);
    }
  }

  /** Hands out as many images at a time as the engine can hold. */
  async *read(
    indices: readonly number[],
    batchSize: number,
  ): AsyncGenerator<FrozenBatch, void, void> {
    if (indices.length === 0) return;
    const { height, width, channels } = this.#size!;
    const { rowLength, read } = this.#file!;
    const shape = [1, height, width, channels];
    const step = Math.min(batchSize, this.model.imagesPerTrainedRun({ shape }));
    for (let first = 0; first < indices.length; first += step) {
      const some = indices.slice(first, first + step);
      const values = new Float32Array(some.length * rowLength);
      some.forEach((index, i) =>
        values.set(read(this.#rowOfImage.get(index)!, 1), i * rowLength)
      );
      const features = tf.tensor4d(values, [
        some.length,
        height,
        width,
        channels,
      ]);
      yield { indices: some, features, dispose: () => features.dispose() };
    }
  }

  close(): void {
    this.#file?.close();
  }

  #createFile(
    { path, maxBytes }: FeatureStore,
    length: number,
  ): DescriptorFile {
    const numRows = Math.min(
      this.numImages,
      Math.floor(maxBytes / (length * 4)),
    );
    return createDescriptorFile(path, [numRows, length], { temporary: true });
  }
}
