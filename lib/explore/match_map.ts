/**
 * The nearest images of a photo on the map of their database.
 *
 * @module
 */
import type { MapPoint } from "../plot/map_content.ts";
import { plotMap } from "../plot/plot_map.ts";
import type { LocateMeans, Match } from "./locate.ts";

/** Database images that are drawn, at most: more make the map no clearer. */
const MOST_POINTS = 2000;

const WIDTH = 420;

/** Draws the matches over the database; `data-query` of a mark is its place. SVG for a page; nothing where there are no distances. */
export function drawMatches(
  matches: readonly Match[],
  { dataset, descriptors: { images } }: Pick<
    LocateMeans,
    "dataset" | "descriptors"
  >,
): string {
  const { unit } = dataset;
  if (unit === "classes" || unit === "lists") return "";
  const step = Math.ceil(images.paths.length / MOST_POINTS);
  const points: MapPoint[] = [];
  for (let row = 0; row < images.paths.length; row += step) {
    points.push({
      kind: "database",
      eastMeters: images.eastMeters[row]!,
      northMeters: images.northMeters[row]!,
    });
  }
  const marks = matches.map(({ eastMeters, northMeters }, place): MapPoint => ({
    kind: "prediction",
    eastMeters,
    northMeters,
    title: `${place + 1}`,
    query: place,
  })).reverse(); // the first on top
  return plotMap({ points: [...points, ...marks], unit }, {
    place: "page",
    width: WIDTH,
  });
}
