/**
 * The `dbStruct` specifications of Pittsburgh, Tokyo and their relatives: image names and positions.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import { writeBytesWhole } from "../files.ts";
import { type MatNumeric, type MatValue, readMat } from "../mat.ts";
import { encodeMatStruct } from "../mat_write.ts";

/** UTM positions, column by column. */
export interface UtmPositions {
  /** Metres, float64. */
  eastMeters: Float64Array;
  /** Metres, float64. */
  northMeters: Float64Array;
}

/** One split of a dataset, as its authors wrote it down. */
export interface DbStruct {
  /** `train`, `val` or `test`. */
  whichSet: string;
  /** Names of the database images, under a folder that the dataset defines. */
  dbImageFns: readonly string[];
  /** Positions of the database images. */
  utmDb: UtmPositions;
  /** Names of the queries. */
  qImageFns: readonly string[];
  /** Positions of the queries. */
  utmQ: UtmPositions;
  /** Number of database images, M. */
  numImages: number;
  /** Number of queries, Q. */
  numQueries: number;
  /** Evaluation radius in metres. */
  posDistThr: number;
  /** Its square. */
  posDistSqThr: number;
  /** Square of the radius of potential positives, in square metres. */
  nonTrivPosDistSqThr: number;
}

/** The fields in the order that all writers keep, which is all there is when they have other names. */
const FIELDS = [
  "whichSet",
  "dbImageFns",
  "utmDb",
  "qImageFns",
  "utmQ",
  "numImages",
  "numQueries",
  "posDistThr",
  "posDistSqThr",
  "nonTrivPosDistSqThr",
] as const satisfies readonly (keyof DbStruct)[];

type FieldName = typeof FIELDS[number];

/**
 * Reads a `dbStruct` from a MATLAB v5 file: its fields by name, or by position if
 * they have other names. Further fields, such as time stamps, are passed over.
 *
 * @throws {DatasetError} If the file is missing or damaged, a field is missing, counts disagree, or a position is not finite.
 *
 * Source: pytorch-NetVlad, pittsburgh.py, parse_dbStruct.
 */
export async function readDbStruct(path: string): Promise<DbStruct> {
  const fields = findFields(await readMat(path), path);
  const number = (name: FieldName): number =>
    toNumber(fields[name], path, name);
  const struct: DbStruct = {
    whichSet: toTexts(fields.whichSet, path, "whichSet")[0] ?? "",
    dbImageFns: toTexts(fields.dbImageFns, path, "dbImageFns"),
    utmDb: toPositions(fields.utmDb, path, "utmDb"),
    qImageFns: toTexts(fields.qImageFns, path, "qImageFns"),
    utmQ: toPositions(fields.utmQ, path, "utmQ"),
    numImages: number("numImages"),
    numQueries: number("numQueries"),
    posDistThr: number("posDistThr"),
    posDistSqThr: number("posDistSqThr"),
    nonTrivPosDistSqThr: number("nonTrivPosDistSqThr"),
  };
  checkDbStruct(struct, path);
  return struct;
}

/**
 * Writes a `dbStruct` as MATLAB v5, readable by MATLAB, Octave, SciPy and `readDbStruct`. Whole or not at all.
 *
 * @throws {DatasetError} If counts disagree or a position is not finite.
 * @throws {CheckpointError} If the file cannot be written.
 */
export async function writeDbStruct(
  path: string,
  struct: DbStruct,
): Promise<void> {
  checkDbStruct(struct, path);
  const { utmDb, utmQ, ...rest } = struct;
  const values = { ...rest, utmDb: toMatrix(utmDb), utmQ: toMatrix(utmQ) };
  const ordered = Object.fromEntries(
    FIELDS.map((name) => [name, values[name]]),
  );
  await writeBytesWhole(path, encodeMatStruct("dbStruct", ordered));
}

function toMatrix(
  { eastMeters, northMeters }: UtmPositions,
): { dims: [number, number]; data: Float64Array } {
  const data = new Float64Array(2 * eastMeters.length); // [2, N], column-major
  eastMeters.forEach((east, i) => data[2 * i] = east);
  northMeters.forEach((north, i) => data[2 * i + 1] = north);
  return { dims: [2, eastMeters.length], data };
}

function findFields(
  variables: ReadonlyMap<string, MatValue>,
  path: string,
): Record<FieldName, MatValue> {
  const value = variables.get("dbStruct") ??
    (variables.size === 1 ? [...variables.values()][0] : undefined);
  const named = value?.kind === "struct"
    ? [...value.fields].flatMap(([name, [first]]) =>
      first === undefined ? [] : [[name, first] as const]
    )
    : value?.kind === "cell"
    ? value.cells.map((cell, i) => [String(i), cell] as const)
    : [];
  const byName = Object.fromEntries(named) as Record<FieldName, MatValue>;
  const missing = FIELDS.filter((name) => byName[name] === undefined);
  if (missing.length === 0) return byName;
  if (missing.length === FIELDS.length && named.length === FIELDS.length) {
    return Object.fromEntries(
      FIELDS.map((name, i) => [name, named[i]![1]]),
    ) as Record<FieldName, MatValue>;
  }
  const there = named.length === 0
    ? `its variables are: ${[...variables.keys()].join(", ") || "none"}`
    : missing.length === FIELDS.length
    ? `it has ${named.length} fields of other names`
    : `it lacks ${missing.join(", ")}`;
  throw notUsable(path, there);
}

function notUsable(path: string, why: string): DatasetError {
  return new DatasetError("Cannot use a .mat file as a dbStruct", {
    where: `${path} (${why})`,
    fix: `give a file with a struct dbStruct of ${FIELDS.join(", ")}`,
  });
}

/** The strings of a text or of cells, however deeply they are nested. */
function toTexts(value: MatValue, path: string, name: FieldName): string[] {
  const texts: string[] = [];
  const collect = (part: MatValue): void => {
    if (part.kind === "text") {
      for (const row of part.rows) texts.push(row.trimEnd());
    } else if (part.kind === "cell") {
      part.cells.forEach(collect);
    } else if (part.kind !== "numeric" || part.data.length > 0) {
      throw notUsable(path, `${name} holds something that is no text`);
    }
  };
  collect(value);
  return texts;
}

function toNumber(value: MatValue, path: string, name: FieldName): number {
  const [number] = value.kind === "numeric" ? value.data : [];
  if (number === undefined || !(number >= 0 && number < Infinity)) {
    throw notUsable(path, `${name} is not a number >= 0`);
  }
  return number;
}

function toPositions(
  value: MatValue,
  path: string,
  name: FieldName,
): UtmPositions {
  const isMatrix = (value: MatValue): value is MatNumeric =>
    value.kind === "numeric" &&
    (value.dims[0] === 2 || value.data.length === 0) && value.dims.length === 2;
  if (!isMatrix(value)) {
    throw notUsable(path, `${name} has the sizes [${value.dims}], not [2, N]`);
  }
  const data = Float64Array.from(value.data); // [2, N], column-major
  return {
    eastMeters: data.filter((_, i) => i % 2 === 0),
    northMeters: data.filter((_, i) => i % 2 === 1),
  };
}

function checkDbStruct(struct: DbStruct, path: string): void {
  const bad = [
    ...checkPart(struct, "dbImageFns", "utmDb", "numImages"),
    ...checkPart(struct, "qImageFns", "utmQ", "numQueries"),
  ];
  if (bad.length > 0) throw notUsable(path, bad.join("; "));
}

function checkPart(
  struct: DbStruct,
  namesField: "dbImageFns" | "qImageFns",
  utmField: "utmDb" | "utmQ",
  countField: "numImages" | "numQueries",
): string[] {
  const names = struct[namesField];
  const { eastMeters, northMeters } = struct[utmField];
  const count = struct[countField];
  const bad: string[] = [];
  const sizes = [names.length, eastMeters.length, northMeters.length];
  if (sizes.some((size) => size !== count)) {
    bad.push(
      `${namesField} has ${names.length} names, ${utmField} ${eastMeters.length} positions, but ${countField} is ${count}`,
    );
  }
  const unnamed = names.indexOf("");
  if (unnamed >= 0) bad.push(`name ${unnamed + 1} of ${namesField} is empty`);
  const isLost = (meters: number): boolean => !Number.isFinite(meters);
  for (
    const [axis, meters] of [["east", eastMeters], [
      "north",
      northMeters,
    ]] as const
  ) {
    const lost = meters.findIndex(isLost);
    if (lost >= 0) {
      bad.push(`${axis} of position ${lost + 1} of ${utmField} is not finite`);
    }
  }
  return bad;
}
