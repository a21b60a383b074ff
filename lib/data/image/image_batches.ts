/**
 * Files → batches of images, in order, with bounded memory.
 *
 * @module
 */
import { DatasetError, OptionsError } from "../../errors.ts";
import type { ImageBox } from "../dataset.ts";
import type { DecodePool } from "./decode_pool.ts";
import type { ImagePart } from "./read_image.ts";
import { formatSize, type RgbImage } from "./rgb_image.ts";
import type { ImageView } from "./view.ts";

/** Images of one size. */
export interface ImageBatch {
  /** Which of the paths each image comes from, ascending, `[N]`. */
  indices: number[];
  /** Height H in pixels. */
  height: number;
  /** Width W in pixels. */
  width: number;
  /** Pixels `[N, H, W, 3]`, 0 to 255, in memory of their own. */
  pixels: Uint8Array<ArrayBuffer>;
}

/** An image that was left out. */
export interface UnreadableImage {
  /** Which of the paths it is. */
  index: number;
  /** Its file. */
  path: string;
  /** Why it was left out. */
  error: DatasetError;
}

/** How images are put into batches. */
export interface ImageBatchOptions {
  /** Most images in a batch. */
  batchSize: number;
  /** Whether images that cannot be read are left out, instead of stopping everything. Default false. */
  skipUnreadable?: boolean;
  /** Called, in order, with every image that is left out. */
  onUnreadable?(image: UnreadableImage): void;
  /** Whether images of two sizes in a batch are an error (the default), or end the batch early. */
  onMixedSizes?: "error" | "split";
  /** The part of each image that counts, null for the whole; the whole of all if left out. */
  boxes?: readonly (ImageBox | null)[];
  /** The part of each image that is taken, by path; all of each if left out. */
  views?: readonly ImageView[];
}

/** Batches decoded ahead of the one that is being used. */
const BATCHES_AHEAD = 2;

/** An image or why there is none, with the path that it comes from. */
type Outcome =
  & { index: number; path: string }
  & (
    | { image: RgbImage }
    | { error: unknown }
  );

/**
 * Reads images into batches, in the order of their paths.
 *
 * While a batch is in use, the images of the next two are decoded, and no more:
 * memory does not grow with the number of paths.
 * An error closes the pool, so that its workers do not keep the process alive.
 *
 * @param pool Decodes the images.
 * @param paths Files of the images.
 * @param options Size of the batches, and what happens to images that do not fit in.
 * @returns Batches of at most `batchSize` images; the last may be smaller.
 * @throws {DatasetError} If an image cannot be read, or images of a batch differ in size.
 * @throws {OptionsError} If the batch size is no positive integer.
 */
export async function* imageBatches(
  pool: Pick<DecodePool, "decode" | "close">,
  paths: readonly string[],
  options: ImageBatchOptions,
): AsyncGenerator<ImageBatch, void, void> {
  const { batchSize, onMixedSizes = "error" } = options;
  checkBatchSize(batchSize);
  try {
    let batch: GrowingBatch | null = null;
    const ahead = batchSize * BATCHES_AHEAD;
    const decode = (index: number): Promise<Outcome> =>
      decodeOne(pool, { index, path: paths[index]! }, partOf(options, index));
    for await (const outcome of inOrder(paths.length, decode, ahead)) {
      if ("error" in outcome) {
        leaveOut(outcome, options);
        continue;
      }
      if (batch !== null && !batch.fits(outcome.image)) {
        if (onMixedSizes === "error") throw batch.sizeError(outcome);
        yield batch.finish();
        batch = null;
      }
      const imagesLeft = paths.length - outcome.index;
      batch ??= new GrowingBatch(outcome, Math.min(batchSize, imagesLeft));
      batch.add(outcome);
      if (batch.isFull()) {
        yield batch.finish();
        batch = null;
      }
    }
    if (batch !== null) yield batch.finish();
  } catch (error) {
    pool.close();
    throw error;
  }
}

/** Decodes images in any order, at most `ahead` at a time, and yields them in the order of their paths. */
async function* inOrder(
  count: number,
  decode: (index: number) => Promise<Outcome>,
  ahead: number,
): AsyncGenerator<Outcome, void, void> {
  const begun: Promise<Outcome>[] = [];
  let next = 0;
  while (true) {
    while (next < count && begun.length < ahead) begun.push(decode(next++));
    const first = begun.shift();
    if (first === undefined) return;
    yield await first;
  }
}

/** Never rejects: an error waits for its turn like an image. */
async function decodeOne(
  pool: Pick<DecodePool, "decode">,
  { index, path }: { index: number; path: string },
  part: ImagePart,
): Promise<Outcome> {
  try {
    return { index, path, image: await pool.decode(path, part) };
  } catch (error) {
    return { index, path, error };
  }
}

function partOf(
  { boxes, views }: ImageBatchOptions,
  index: number,
): ImagePart {
  const box = boxes?.[index];
  const view = views?.[index];
  return { ...(box && { box }), ...(view && { view }) };
}

/** A batch that images are copied into one by one. */
class GrowingBatch {
  readonly #first: Outcome & { image: RgbImage };
  readonly #pixels: Uint8Array<ArrayBuffer>; // [batchSize, H, W, 3]
  readonly #indices: number[] = [];
  readonly #batchSize: number;

  constructor(first: Outcome & { image: RgbImage }, batchSize: number) {
    this.#first = first;
    this.#batchSize = batchSize;
    this.#pixels = allocate(batchSize, first.image);
  }

  fits({ width, height }: RgbImage): boolean {
    const { image } = this.#first;
    return image.width === width && image.height === height;
  }

  add({ index, image }: Outcome & { image: RgbImage }): void {
    this.#pixels.set(image.pixels, this.#indices.length * image.pixels.length);
    this.#indices.push(index);
  }

  isFull(): boolean {
    return this.#indices.length === this.#batchSize;
  }

  finish(): ImageBatch {
    const { width, height, pixels } = this.#first.image;
    const used = this.#indices.length * pixels.length;
    return {
      indices: this.#indices,
      height,
      width,
      pixels: this.isFull() ? this.#pixels : this.#pixels.slice(0, used),
    };
  }

  sizeError({ path, image }: Outcome & { image: RgbImage }): DatasetError {
    const first = this.#first;
    return new DatasetError("Cannot batch images of different sizes", {
      where: `${first.path} is ${formatSize(first.image)}, ` +
        `${path} is ${formatSize(image)}`,
      fix: "set resize to one size, such as 640x480",
    });
  }
}

function allocate(batchSize: number, image: RgbImage): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(batchSize * image.pixels.length);
  } catch (cause) {
    throw new OptionsError("Cannot hold a batch of images in memory", {
      where: `${batchSize} images of ${formatSize(image)}`,
      fix: "set resize to a smaller size, or take fewer images per batch",
      cause,
    });
  }
}

function leaveOut(
  { index, path, error }: Outcome & { error: unknown },
  { skipUnreadable = false, onUnreadable }: ImageBatchOptions,
): void {
  if (!skipUnreadable || !(error instanceof DatasetError)) throw error;
  onUnreadable?.({ index, path, error });
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1) return;
  throw new OptionsError("Cannot batch images", {
    where: `batchSize is ${batchSize}, must be an integer >= 1`,
    fix: "correct it",
  });
}
