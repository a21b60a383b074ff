/**
 * The last step of a describer: its whitening, which stays on the engine.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import {
  type UploadedWhitening,
  uploadWhitening,
  whitenedLength,
  type Whitening,
  whitenUploaded,
} from "./whitening.ts";

/** What descriptors go through last: a whitening, or nothing. */
export class AppliedWhitening {
  readonly #rawLength: number;
  readonly #maxTensorBytes: number;
  #whitening: Whitening | undefined;
  #uploaded: UploadedWhitening | undefined;

  /** @param rawLength Length of descriptors before it, F. */
  constructor(
    rawLength: number,
    { maxTensorBytes }: Pick<Engine, "maxTensorBytes">,
  ) {
    this.#rawLength = rawLength;
    this.#maxTensorBytes = maxTensorBytes;
  }

  /** What descriptors are whitened by, if they are. */
  get whitening(): Whitening | undefined {
    return this.#whitening;
  }

  /** Length of descriptors after it: P, or F. */
  get descriptorLength(): number {
    return this.#whitening?.offset.shape[0] ?? this.#rawLength;
  }

  /**
   * Whitens from now on; `undefined` ends that.
   *
   * @throws {ShapeError} If the whitening is for descriptors of another length.
   */
  set(whitening: Whitening | undefined): void {
    if (whitening) whitenedLength(whitening, this.#rawLength);
    this.dispose();
    this.#whitening = whitening;
  }

  /**
   * Whitens descriptors.
   *
   * @param descriptors `[N, F]`
   * @returns `[N, P]`, or what was given if there is no whitening.
   */
  apply(descriptors: tf.Tensor2D): tf.Tensor2D {
    if (this.#whitening === undefined) return descriptors;
    this.#uploaded ??= this.#upload(this.#whitening);
    return whitenUploaded(descriptors, this.#uploaded);
  }

  /** Frees what is on the engine. */
  dispose(): void {
    const { tiles = [], offset } = this.#uploaded ?? {};
    tf.dispose([...tiles, ...(offset ? [offset] : [])]);
    this.#uploaded = undefined;
  }

  #upload(whitening: Whitening): UploadedWhitening {
    const uploaded = uploadWhitening(whitening, this.#maxTensorBytes);
    uploaded.tiles.forEach((tile) => tf.keep(tile));
    tf.keep(uploaded.offset);
    return uploaded;
  }
}
