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
 * database images that are no positives. Captions are how far away each was taken.
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
  const short = dataset.unit === "meters" ? "m" : "frames";
  const sources = (images: readonly DistantImage[]): StripSource[] =>
    images.slice(0, count).map(({ index, distance, isPositive }) => ({
      path: dataset.database.paths[index]!,
      kind: isPositive ? "positive" : "negative",
      caption: `${distance.toFixed(1)} ${short}`,
    }));
  const path = dataset.queries.paths[query]!;
  const within = `${dataset.positiveRadius} ${short}`;
  return [
    {
      title: `the query, and positives within ${within}: ${positives.length}`,
      images: await readStripImages([
        { path, kind: "query", caption: "query" },
        ...sources(positives),
      ]),
    },
    {
      title: `the nearest of the negatives: ${negatives.length}`,
      images: await readStripImages(sources(negatives)),
    },
  ];
}
