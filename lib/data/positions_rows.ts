/**
 * The rows of a CSV file of positions, checked and converted to UTM metres.
 *
 * @module
 */
import { parse } from "csv-parse/sync";
import { DatasetError, describeCause } from "../errors.ts";
import { readTextOf } from "./list_images.ts";
import {
  degreesFromMeridian,
  findUtmZone,
  toUtm,
  type UtmPosition,
} from "./utm.ts";

/** One image of the file. */
export interface PositionRow extends UtmPosition {
  /** Name as written. */
  image: string;
  /** `database`, `query`, or "" where there is no such column. */
  role: string;
  /** "" where there is no such column. */
  split: string;
  /** In degrees clockwise from north; NaN where it is not given. */
  headingDegrees: number;
}

interface Columns {
  image: string;
  /** East and north, or latitude and longitude. */
  position: readonly [string, string];
  isDegrees: boolean;
}

/** One line of the file: its values by lower-case column name. */
interface Line {
  number: number;
  /** Whether it has a value for each column. */
  isWhole: boolean;
  values: Record<string, string>;
}

const IMAGE_COLUMNS = ["image", "file"];
const METER_COLUMNS = ["easting", "northing"] as const;
const DEGREE_COLUMNS = [["lat", "lon"], ["latitude", "longitude"]] as const;
const ROLES = ["database", "query"];
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const MAX_LISTED = 10;
/** Where metres on the map are still within 1.2 % of metres on the ground. */
const MAX_DEGREES_FROM_MERIDIAN = 9;

/**
 * Reads and checks all rows.
 *
 * @param needsRole Whether a column `role` must be there and filled.
 * @returns The rows in their order, and the columns of the file in lower case.
 * @throws {DatasetError} If the file or a column is missing, it has no rows, or rows are bad; it lists them together.
 */
export async function readPositionRows(
  file: string,
  { needsRole }: { needsRole: boolean },
): Promise<{ rows: PositionRow[]; columns: ReadonlySet<string> }> {
  const { lines, names } = parseLines(
    await readTextOf(file, "a file of positions"),
    file,
  );
  const columns = findColumns(names, file);
  if (needsRole && !names.includes("role")) {
    throw new DatasetError("Cannot tell queries from database images", {
      where: `${file} (its columns are: ${names.join(", ")})`,
      fix:
        "add a column role with database or query, or set leaveOneOut to make each image a query against all others",
    });
  }
  checkLines(lines, { columns, needsRole, file });
  return { rows: toRows(lines, columns, file), columns: new Set(names) };
}

function parseLines(
  text: string,
  file: string,
): { lines: Line[]; names: string[] } {
  const [header, ...rows] = parseCells(text, file);
  if (header === undefined || rows.length === 0) {
    throw new DatasetError("Cannot use a file of positions without rows", {
      where: file,
      fix: "write a line of column names, then one row per image",
    });
  }
  const names = header.cells.map((name) => name.toLowerCase());
  const lines = rows.map(({ number, cells }) => ({
    number,
    isWhole: cells.length === names.length,
    values: Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""])),
  }));
  return { lines, names };
}

function parseCells(
  text: string,
  file: string,
): { number: number; cells: string[] }[] {
  try {
    const parsed = parse(text, {
      info: true,
      relaxColumnCount: true, // so that all such rows are listed together
      skipEmptyLines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({
      number: info.lines,
      cells: record,
    }));
  } catch (cause) {
    throw new DatasetError("Cannot read a file of positions as CSV", {
      where: `${file} (${describeCause(cause)})`,
      fix: "close its quotes, and put quotes around values with commas",
      cause,
    });
  }
}

function findColumns(names: readonly string[], file: string): Columns {
  const has = (pair: readonly string[]): boolean =>
    pair.every((name) => names.includes(name));
  const image = IMAGE_COLUMNS.find((name) => names.includes(name));
  const isDegrees = !has(METER_COLUMNS);
  const position = isDegrees ? DEGREE_COLUMNS.find(has) : METER_COLUMNS;
  if (image !== undefined && position !== undefined) {
    return { image, position, isDegrees };
  }
  throw new DatasetError("Cannot find the columns of a file of positions", {
    where: `${file} (its columns are: ${names.join(", ")})`,
    fix:
      "name them in the first line: image or file; easting and northing, or lat and lon, or latitude and longitude",
  });
}

interface LineRules {
  columns: Columns;
  needsRole: boolean;
  file: string;
}

function checkLines(lines: readonly Line[], rules: LineRules): void {
  const bad = lines.flatMap((line) => {
    const faults = findFaults(line, rules);
    return faults.length > 0
      ? [`line ${line.number}: ${faults.join(", ")}`]
      : [];
  });
  if (bad.length === 0) return;
  const more = bad.length - MAX_LISTED;
  throw new DatasetError(`Cannot use ${bad.length} rows of positions`, {
    where: `${rules.file}: ${bad.slice(0, MAX_LISTED).join("; ")}` +
      (more > 0 ? `; and ${more} more` : ""),
    fix: "correct or remove these rows",
  });
}

function findFaults(
  { values, isWhole }: Line,
  { columns: { image, position, isDegrees }, needsRole }: LineRules,
): string[] {
  if (!isWhole) return ["it has not one value for each column"];
  const faults = values[image] === "" ? [`${image} is empty`] : [];
  position.forEach((name, axis) => {
    const text = values[name]!;
    const limit = isDegrees ? [90, 180][axis]! : Number.MAX_VALUE;
    if (!NUMBER.test(text) || Math.abs(Number(text)) > limit) {
      const wanted = isDegrees ? ` within ±${limit}` : "";
      faults.push(`${name} is "${text}", not a number${wanted}`);
    }
  });
  if (values.heading && !NUMBER.test(values.heading)) {
    faults.push(`heading is "${values.heading}", not a number`);
  }
  if (needsRole && !ROLES.includes(values.role!.toLowerCase())) {
    faults.push(`role is "${values.role}", not database or query`);
  }
  return faults;
}

function toRows(
  lines: readonly Line[],
  { image, position: [first, second], isDegrees }: Columns,
  file: string,
): PositionRow[] {
  const toMeters = isDegrees
    ? createConverter(lines, first, second, file)
    : (east: number, north: number): UtmPosition => ({
      eastMeters: east,
      northMeters: north,
    });
  return lines.map(({ values }) => ({
    image: values[image]!,
    ...toMeters(Number(values[first]), Number(values[second])),
    role: values.role?.toLowerCase() ?? "",
    split: values.split ?? "",
    headingDegrees: Number(values.heading || NaN),
  }));
}

/** One zone for all rows, that of the first, so that no distance jumps at the edge of a zone. */
function createConverter(
  lines: readonly Line[],
  latitudeName: string,
  longitudeName: string,
  file: string,
): (latitude: number, longitude: number) => UtmPosition {
  const [{ values }] = lines as [Line];
  const zone = findUtmZone(
    Number(values[latitudeName]),
    Number(values[longitudeName]),
  );
  const far = lines.find(({ values }) =>
    Math.abs(degreesFromMeridian(zone.zone, Number(values[longitudeName]))) >
      MAX_DEGREES_FROM_MERIDIAN
  );
  if (far !== undefined) {
    throw new DatasetError("Cannot measure places so far apart on one map", {
      where:
        `${file}: line ${far.number} is more than ${MAX_DEGREES_FROM_MERIDIAN}° of longitude from the UTM zone of the first row`,
      fix: "split the file by region, or give easting and northing",
    });
  }
  return (latitude, longitude) => toUtm(latitude, longitude, zone);
}
