/**
 * Images of the size that a describer takes.
 *
 * @module
 */
import type { ImageOptions } from "../data/image/options.ts";
import { formatSize } from "../data/image/rgb_image.ts";
import { OptionsError } from "../errors.ts";
import type { Describer } from "../model/model.ts";
import { note, type NoteEvent } from "../progress.ts";

/**
 * Has images resized to the one size that a describer takes, if there is one.
 *
 * @param images How images are read.
 * @yields A note, if that is why they are resized.
 * @returns How they are read then.
 * @throws {OptionsError} If they are to be resized to another size.
 */
export function* fitImages(
  { name, imageSize }: Pick<Describer, "name" | "imageSize">,
  images: Partial<ImageOptions>,
): Generator<NoteEvent, Partial<ImageOptions>> {
  if (imageSize === undefined) return images;
  const { resize } = images;
  const size = formatSize(imageSize);
  if (!resize) {
    yield note(`images are resized to ${size}, as ${name} takes them`);
    return { ...images, resize: imageSize };
  }
  if (formatSize(resize) === size) return images;
  throw new OptionsError(`Cannot give ${name} images of this size`, {
    where: `option resize is ${formatSize(resize)}, ${name} takes ${size}`,
    fix: `set resize to ${size}, or leave it out`,
  });
}
