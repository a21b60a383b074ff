/**
 * The size of an image.
 *
 * @module
 */

/** Width and height of an image. */
export interface ImageSize {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
}
