/**
 * What is on the map of a report.
 *
 * @module
 */
import type { MapContent, MapPoint } from "../../plot/map_content.ts";
import type {
  ReportData,
  ReportGallery,
  ReportImages,
} from "../report_data.ts";

/** The database images that the gallery shows, the queries, and a line to the first prediction of each. */
export function mapContent({ dataset, gallery }: ReportData): MapContent {
  const { queries, database, predictions, count } = gallery;
  const rows = [...queries.paths.keys()];
  return {
    unit: dataset.unit,
    points: [
      ...database.paths.map((_, row): MapPoint => ({
        ...positionOf(database, row),
        kind: "database",
      })),
      ...rows.map((query): MapPoint => ({
        ...positionOf(queries, query),
        kind: kindOf(gallery, query),
        query,
      })),
    ],
    lines: rows.flatMap((query) => {
      const first = predictions[query * count] ?? -1;
      return first < 0 ? [] : [{
        from: positionOf(queries, query),
        to: positionOf(database, first),
        kind: kindOf(gallery, query),
      }];
    }),
  };
}

function positionOf(
  { eastMeters, northMeters }: ReportImages,
  row: number,
): Pick<MapPoint, "eastMeters" | "northMeters"> {
  return { eastMeters: eastMeters[row]!, northMeters: northMeters[row]! };
}

function kindOf(
  { correct, count }: ReportGallery,
  query: number,
): "right" | "wrong" {
  return correct[query * count] === "1" ? "right" : "wrong";
}
