/**
 * What the decode pool and its workers say to each other.
 *
 * @module
 */
import type { ReadImageOptions } from "./read_image.ts";
import type { RgbImage } from "./rgb_image.ts";

/** To a worker: an image to read. */
export interface DecodeRequest {
  path: string;
  options: ReadImageOptions;
}

/** From a worker: the image, its pixels transferred, or the lines of a `DatasetError`. */
export type DecodeReply =
  | { image: RgbImage }
  | { error: { what: string; where: string; fix: string } };
