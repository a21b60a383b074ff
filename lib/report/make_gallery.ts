/**
 * From predictions to the gallery of a report, without its thumbnails.
 *
 * @module
 */
import { relative, sep } from "node:path";
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { positionDistance } from "../evaluate/predictions.ts";
import { isPositive } from "../evaluate/recall.ts";
import type { ReportGallery, ReportImages } from "./report_data.ts";

/** Predictions of each query that are shown, at most. */
const SHOWN = 5;

/** A gallery, and where its images are. */
export interface Gallery {
  content: ReportGallery;
  /** Of the queries, `[Q]`. */
  queryFiles: readonly string[];
  /** Of the database images that are shown, `[M]`. */
  databaseFiles: readonly string[];
}

/**
 * Makes the gallery of an evaluation.
 *
 * @param evaluation Its images need not be there.
 * @param folder Where the report goes: paths are relative to it.
 */
export function makeGallery(evaluation: Evaluation, folder: string): Gallery {
  const { dataset, predictions: { count }, firstCorrect } = evaluation;
  const { queries, database } = dataset;
  const shown = Math.min(SHOWN, count);
  const rows = createRows();
  const columns = createColumns();
  for (const query of queries.paths.keys()) {
    addQuery(columns, rows, { evaluation, query, shown });
  }
  const indices = rows.list();
  const placed = placeImages(dataset, indices);
  const databaseFiles = indices.map((index) => database.paths[index]!);
  return {
    content: {
      count: shown,
      queries: listImages(placed.queries, queries.paths, folder),
      database: listImages(placed.database, databaseFiles, folder),
      predictions: columns.predictions,
      distances: columns.distances,
      positionDistances: columns.positionDistances,
      correct: columns.correct.join(""),
      firstCorrect: [...firstCorrect],
      numPositives: columns.numPositives,
      bestPositive: columns.bestPositive,
    },
    queryFiles: queries.paths,
    databaseFiles,
  };
}

/** Rows of the database images that are shown, in the order of their first appearance. */
interface Rows {
  /** The row of a database index. */
  of(index: number): number;
  /** Database indices by row. */
  list(): number[];
}

function createRows(): Rows {
  const rows = new Map<number, number>();
  return {
    of(index): number {
      if (!rows.has(index)) rows.set(index, rows.size);
      return rows.get(index)!;
    },
    list: () => [...rows.keys()],
  };
}

/** Columns of a gallery that grow query by query. */
interface Columns {
  predictions: number[];
  distances: number[];
  positionDistances: number[];
  correct: string[];
  numPositives: number[];
  bestPositive: number[];
}

function createColumns(): Columns {
  return {
    predictions: [],
    distances: [],
    positionDistances: [],
    correct: [],
    numPositives: [],
    bestPositive: [],
  };
}

function addQuery(
  columns: Columns,
  rows: Rows,
  { evaluation, query, shown }: {
    evaluation: Evaluation;
    query: number;
    shown: number;
  },
): void {
  const { dataset, predictions, positives } = evaluation;
  const { queries, database } = dataset;
  const distanceTo = (index: number): number =>
    positionDistance(queries, query, database, index);
  for (let place = 0; place < shown; place++) {
    const at = query * predictions.count + place;
    const index = predictions.indices[at]!;
    const isThere = index >= 0;
    columns.predictions.push(isThere ? rows.of(index) : -1);
    columns.distances.push(
      isThere ? toDigits(Math.sqrt(predictions.distancesSquared[at]!)) : 0,
    );
    columns.positionDistances.push(isThere ? toTenths(distanceTo(index)) : 0);
    columns.correct.push(isPositive(positives, query, index) ? "1" : "0");
  }
  const near = positives.indices.subarray(
    positives.offsets[query],
    positives.offsets[query + 1],
  );
  columns.numPositives.push(near.length);
  const best = findFirstCorrect(evaluation, query) ??
    findSmallest(near, distanceTo);
  columns.bestPositive.push(best === undefined ? -1 : rows.of(best));
}

/** Database index of the first right prediction, if it was kept. */
function findFirstCorrect(
  { predictions: { count, indices }, firstCorrect }: Evaluation,
  query: number,
): number | undefined {
  const rank = firstCorrect[query]!;
  return rank >= 1 && rank <= count
    ? indices[query * count + rank - 1]
    : undefined;
}

function findSmallest(
  indices: Int32Array,
  valueOf: (index: number) => number,
): number | undefined {
  if (indices.length === 0) return undefined;
  return indices.reduce((smallest, index) =>
    valueOf(index) < valueOf(smallest) ? index : smallest
  );
}

/** Positions of images by row. */
type Placed = Pick<ReportImages, "eastMeters" | "northMeters">;

/** Positions from the smallest of all that is shown. */
function placeImages(
  { queries, database }: PlaceDataset,
  indices: readonly number[],
): { queries: Placed; database: Placed } {
  const place = (
    key: keyof Placed,
  ): { queries: number[]; database: number[] } => {
    const ofDatabase = indices.map((index) => database[key][index]!);
    const smallest = [...queries[key], ...ofDatabase]
      .reduce((a, b) => Math.min(a, b));
    const fromSmallest = (value: number): number => toTenths(value - smallest);
    return {
      queries: Array.from(queries[key], fromSmallest),
      database: ofDatabase.map(fromSmallest),
    };
  };
  const east = place("eastMeters");
  const north = place("northMeters");
  return {
    queries: { eastMeters: east.queries, northMeters: north.queries },
    database: { eastMeters: east.database, northMeters: north.database },
  };
}

function listImages(
  placed: Placed,
  files: PlaceImages["paths"],
  folder: string,
): ReportImages {
  return {
    paths: files.map((file) => relativePath(folder, file)),
    thumbnails: files.map(() => null),
    ...placed,
  };
}

/** A path with `/`. A `\` is part of a name where it does not separate. */
function relativePath(folder: string, file: string): string {
  const path = relative(folder, file);
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** All that a person looks at, and a third of the bytes. */
function toDigits(value: number): number {
  return Number(value.toPrecision(5));
}

function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
