/**
 * Maps of a dataset.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import { listByDistance } from "../data/by_distance.ts";
import type { MapContent, MapPosition } from "../plot/map_content.ts";

/**
 * A map of all images of a dataset: the database and the queries.
 *
 * @example
 * ```ts ignore
 * show(plotMap(mapDataset(await readDataset({ dataset: "demo", split: "test" }))));
 * ```
 */
export function mapDataset(
  { database, queries, unit }: PlaceDataset,
): MapContent {
  return {
    points: [
      ...database.paths.map((_, i) => ({
        ...positionOf(database, i),
        kind: "database" as const,
      })),
      ...queries.paths.map((_, query) => ({
        ...positionOf(queries, query),
        kind: "query" as const,
        query,
      })),
    ],
    unit,
  };
}

/**
 * A map of a query, with lines to its positives, and the database around it.
 *
 * @param query Query index.
 * @param numNegatives How many of the nearest images beyond the evaluation radius are on it.
 * @throws {OptionsError} If there is no such query.
 */
export function mapQuery(
  dataset: PlaceDataset,
  query: number,
  numNegatives = 100,
): MapContent {
  const { database, queries, unit } = dataset;
  const around = listByDistance(dataset, query);
  const positives = around.filter(({ isPositive }) => isPositive);
  const negatives = around.filter(({ isPositive }) => !isPositive)
    .slice(0, numNegatives);
  const from = positionOf(queries, query);
  return {
    points: [
      ...[...positives, ...negatives].map((
        { index, distance, isPositive },
      ) => ({
        ...positionOf(database, index),
        kind: isPositive ? "positive" as const : "negative" as const,
        title: unit === "classes"
          ? isPositive ? "same class" : "another class"
          : unit === "lists"
          ? isPositive ? "right" : "wrong"
          : `${distance.toFixed(1)} ${unit} away`,
      })),
      { ...from, kind: "query", query },
    ],
    lines: positives.map(({ index }) => ({
      from,
      to: positionOf(database, index),
      kind: "positive",
    })),
    unit,
  };
}

function positionOf(images: PlaceImages, index: number): MapPosition {
  return {
    eastMeters: images.eastMeters[index]!,
    northMeters: images.northMeters[index]!,
  };
}
