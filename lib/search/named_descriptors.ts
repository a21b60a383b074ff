/**
 * Descriptors on disk, with the names of their images.
 *
 * @module
 */
import type { DescriptorRows } from "./descriptor_rows.ts";

/** Descriptors of named images, open for reading. They are closed by `using`. */
export interface NamedDescriptors extends DescriptorRows, Disposable {
  /** Where they are on disk. */
  readonly path: string;
  /** Names of the images in the order of the rows: paths, whole or from some folder on. */
  readonly names: readonly string[];
}

/** The text file of image names that the stage *extract* writes beside a file of descriptors. */
export function namesFileOf(path: string): string {
  return `${path.replace(/\.[^./\\]+$/, "")}_images.txt`;
}
