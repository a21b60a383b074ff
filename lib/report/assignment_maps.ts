/**
 * Assignment maps of images: what the clusters of a model see in them.
 *
 * @module
 */
import {
  type ImageOptions,
  resolveImageOptions,
} from "../data/image/options.ts";
import { readImage } from "../data/image/read_image.ts";
import type { Model } from "../model/model.ts";
import {
  assignSoftly,
  countMembers,
  type SoftAssignment,
  strongestClusters,
} from "../model/soft_assignment.ts";
import type { JpegImage } from "../plot/jpeg.ts";
import type { AssignmentMap } from "../plot/plot_assignments.ts";
import { readStripImages } from "./image_strips.ts";

/** An image, and the soft assignment of its parts. */
export interface ImageAssignment {
  /** To look at. */
  image: JpegImage;
  /** Of its local descriptors. */
  assignment: SoftAssignment;
}

/**
 * Reads images and assigns their parts to the clusters of a model.
 *
 * @param model One with NetVLAD.
 * @param paths Files of the images.
 * @param images How they are read for the model; larger images have more parts.
 * @throws {DatasetError} If an image cannot be read.
 * @throws {OptionsError} If the model has another pooling.
 */
export async function readImageAssignments(
  model: Model,
  paths: readonly string[],
  images: Partial<ImageOptions> = {},
): Promise<ImageAssignment[]> {
  const options = resolveImageOptions(images);
  const read: ImageAssignment[] = [];
  for (const path of paths) {
    const [assignment] = await assignSoftly(model, readImage(path, options));
    const [image] = await readStripImages([{ path, kind: "query" }]);
    read.push({ image: image!, assignment: assignment! });
  }
  return read;
}

/**
 * Makes maps of assignments that can be compared: the clusters that have a colour are the
 * most frequent ones of all the images.
 *
 * @param assigned Images of one model.
 * @returns For `plotAssignments`, one for each image.
 */
export function mapAssignments(
  assigned: readonly ImageAssignment[],
): AssignmentMap[] {
  const sizes = countMembers(assigned.map(({ assignment }) => assignment));
  const shown = [...sizes.keys()].sort((a, b) =>
    sizes[b]! - sizes[a]! || a - b
  );
  return assigned.map(({ image, assignment }) => {
    const { rows, columns, K } = assignment;
    return { image, rows, columns, K, ...strongestClusters(assignment), shown };
  });
}
