/**
 * Strips of images around a query.
 *
 * @module
 */
import { type DistantImage, listByDistance } from "../data/by_distance.ts";
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageStrip } from "../plot/draw_image_strip.ts";
import {
  readStripImages,
  STRIP_DEFAULTS,
  type StripSource,
} from "./image_strips.ts";

/**
 * Reads the images of two strips: the query with its nearest positives, and the nearest
 * database images that are no positives. Captions are how far away each was taken, but for classes.
 *
 * @param query Query index.
 * @param count Images of each kind, at most.
 * @throws {DatasetError} If an image cannot be read.
 * @throws {OptionsError} If there is no such query.
 *
 * @example
 * ```ts ignore
 * show(drawImageStrip(await readPlaceStrips(dataset, 3)));
 * ```
 */
export async function readPlaceStrips(
  dataset: PlaceDataset,
  query: number,
  count: number = STRIP_DEFAULTS.predictions,
): Promise<ImageStrip[]> {
  const around = listByDistance(dataset, query);
  const positives = around.filter(({ isPositive }) => isPositive);
  const negatives = around.filter(({ isPositive }) => !isPositive);
  const { unit, positiveRadius } = dataset;
  const isOfClasses = unit === "classes";
  const isListed = unit === "lists";
  const short = unit === "meters" ? "m" : "frames";
  const sources = (images: readonly DistantImage[]): StripSource[] =>
    images.slice(0, count).map(({ index, distance, isPositive }) => ({
      path: dataset.database.paths[index]!,
      kind: isPositive ? "positive" : "negative",
      caption: isOfClasses || isListed ? "" : `${distance.toFixed(1)} ${short}`,
    }));
  const path = dataset.queries.paths[query]!;
  const [near, far] = isOfClasses
    ? ["others of its class", "images of other classes"]
    : isListed
    ? ["what is right for it", "what is wrong"]
    : [
      `positives within ${positiveRadius} ${short}`,
      "the nearest of the negatives",
    ];
  return [
    {
      title: `the query, and ${near}: ${positives.length}`,
      images: await readStripImages([
        { path, kind: "query", caption: "query" },
        ...sources(positives),
      ]),
    },
    {
      title: `${far}: ${negatives.length}`,
      images: await readStripImages(sources(negatives)),
    },
  ];
}
