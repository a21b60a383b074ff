/**
 * Datasets whose positions are in a CSV file.
 *
 * @module
 */
import { dirname } from "node:path";
import { DatasetError } from "../errors.ts";
import type { PlaceDataset, PlaceImages } from "./dataset.ts";
import { locateImage } from "./list_images.ts";
import {
  checkPlaceDataset,
  nameOfFolder,
  type RadiusOptions,
  resolveRadii,
  type StrictnessOptions,
} from "./places.ts";
import { type PositionRow, readPositionRows } from "./positions_rows.ts";

/** How the rows of a CSV file become a dataset. */
export interface PositionsCsvOptions extends RadiusOptions {
  /** Folder that image names start from; "" for that of the CSV file. */
  dataPath: string;
  /** Split to read if the file has a column `split`. */
  split: string;
  /** Whether each image is a query against all others; a column `role` is then passed over. */
  leaveOneOut: boolean;
}

/**
 * Reads a CSV file of positions. Its first line names the columns: `image` or `file`;
 * `easting,northing` (UTM metres) or `lat,lon` or `latitude,longitude` (WGS84 degrees,
 * converted to the UTM zone of the first row); `role` (`database` or `query`) unless
 * each image is a query; `split` if there are several; `heading` in degrees clockwise from north, where
 * it is known. Other columns are passed over.
 *
 * @param file The CSV file, UTF-8, with commas.
 * @throws {DatasetError} If the file or the first image is missing, a column is missing, rows are bad (all are listed), or a side is empty.
 */
export async function readPositionsCsv(
  file: string,
  given: Partial<PositionsCsvOptions & StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const { split = "", leaveOneOut = false } = given;
  const folder = given.dataPath || dirname(file);
  const { rows: all, columns } = await readPositionRows(file, {
    needsRole: !leaveOneOut,
  });
  const hasSplits = columns.has("split");
  const rows = hasSplits ? selectSplit(all, split, file) : all;
  const base = {
    name: nameOfFolder(folder),
    split: hasSplits ? split : "all",
    ...resolveRadii(given),
    unit: "meters" as const,
  };
  if (leaveOneOut) {
    const images = toPlaces(rows, folder);
    const ownDatabaseIndex = Int32Array.from(rows, (_, i) => i);
    return checkPlaceDataset(
      { ...base, database: images, queries: images, ownDatabaseIndex },
      file,
      given,
    );
  }
  const ofRole = (role: string): PlaceImages =>
    toPlaces(rows.filter((row) => row.role === role), folder);
  return checkPlaceDataset(
    { ...base, database: ofRole("database"), queries: ofRole("query") },
    file,
    given,
  );
}

function selectSplit(
  rows: readonly PositionRow[],
  split: string,
  file: string,
): PositionRow[] {
  const selected = rows.filter((row) => row.split === split);
  if (selected.length > 0) return selected;
  const splits = [...new Set(rows.map((row) => row.split))].sort();
  throw new DatasetError(`Cannot find the split ${split}`, {
    where: `${file}, column split`,
    fix: `choose one of: ${splits.join(", ")}`,
  });
}

function toPlaces(rows: readonly PositionRow[], folder: string): PlaceImages {
  const headingDegrees = Float64Array.from(rows, (row) => row.headingDegrees);
  return {
    paths: rows.map((row) => locateImage(folder, row.image)),
    eastMeters: Float64Array.from(rows, (row) => row.eastMeters),
    northMeters: Float64Array.from(rows, (row) => row.northMeters),
    ...(headingDegrees.every(Number.isNaN) ? {} : { headingDegrees }),
  };
}
