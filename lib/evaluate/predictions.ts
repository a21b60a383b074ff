/**
 * Predictions as files: CSV for spreadsheets, JSON for programs.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import { listNeighbors, type Neighbors } from "../data/radius.ts";
import { writeWhole } from "../files.ts";
import type { Predictions } from "../search/exact.ts";
import type { RankingQuality } from "./average_precision.ts";
import { isPositive } from "./recall.ts";

/** What was found for a dataset, and what would have been right. */
export interface DatasetPredictions {
  /** What was searched, and for what. */
  dataset: PlaceDataset;
  /** Of the queries of `dataset`. */
  predictions: Predictions;
  /** Database indices that are right for each query: within the evaluation radius, or listed. */
  positives: Neighbors;
  /** How well whole rankings fit the truth by name of its grade, `all` where it has none; left out where there are no lists of it. */
  rankings?: ReadonlyMap<string, RankingQuality>;
}

/** One predicted database image of one query. */
export interface Prediction {
  /** From 1. */
  rank: number;
  /** Path of the database image. */
  database: string;
  /** L2 distance of the descriptors; NaN where it is not known. */
  distance: number;
  /** Distance of the positions, in the unit of the dataset; 0 for the same class. */
  positionDistance: number;
  correct: boolean;
}

/**
 * Writes one line per prediction: `query`, `rank`, `database`, `distance` of the
 * descriptors, `positionDistanceMeters` (or `Frames`; left out for classes and lists), `correct`.
 * A distance that is not known is empty, null in JSON.
 *
 * @param path File to write, UTF-8.
 * @param found Predictions of a dataset.
 * @throws {CheckpointError} If the disk is full or the folder cannot be written.
 */
export function writePredictionsCsv(
  path: string,
  found: DatasetPredictions,
): Promise<void> {
  return writeTexts(path, csvTexts(found));
}

/**
 * Writes `{"queries": [{"query", "positives", "predictions": [{"rank", "database", …}]}]}`, one
 * query per line, with the names and values of `writePredictionsCsv`; `positives` is how many
 * database images are right. Where the truth is lists, `averagePrecision` has that of each grade,
 * null where it lists nothing.
 *
 * @param path File to write, UTF-8.
 * @param found Predictions of a dataset.
 * @throws {CheckpointError} If the disk is full or the folder cannot be written.
 */
export function writePredictionsJson(
  path: string,
  found: DatasetPredictions,
): Promise<void> {
  return writeTexts(path, jsonTexts(found));
}

function* csvTexts(found: DatasetPredictions): Generator<string> {
  const { queries } = found.dataset;
  yield csvLine([
    "query",
    "rank",
    "database",
    "distance",
    ...Object.keys(namePositionDistance(found.dataset, 0)),
    "correct",
  ]);
  for (const [query, path] of queries.paths.entries()) {
    yield listPredictions(found, query).map((prediction) =>
      csvLine([path, ...Object.values(nameValues(found.dataset, prediction))])
    ).join("");
  }
}

function* jsonTexts(found: DatasetPredictions): Generator<string> {
  const { queries } = found.dataset;
  yield '{"queries": [';
  for (const [query, path] of queries.paths.entries()) {
    const predictions = listPredictions(found, query).map((prediction) =>
      nameValues(found.dataset, prediction)
    );
    const comma = query === 0 ? "" : ",";
    const line = {
      query: path,
      positives: listNeighbors(found.positives, query).length,
      ...(found.rankings && {
        averagePrecision: listPrecisions(found.rankings, query),
      }),
      predictions,
    };
    yield `${comma}\n${JSON.stringify(line)}`;
  }
  yield "\n]}\n";
}

/** Average precision of a query by grade. */
function listPrecisions(
  rankings: ReadonlyMap<string, RankingQuality>,
  query: number,
): Record<string, number> {
  const entries = [...rankings].map(([grade, { averagePrecision }]) => [
    grade,
    shorten(averagePrecision[query]!),
  ]);
  return Object.fromEntries(entries);
}

/** What is written of a prediction, by name and in order. */
function nameValues(
  dataset: PlaceDataset,
  { positionDistance, correct, ...values }: Prediction,
): Record<string, string | number | boolean> {
  return {
    ...values,
    ...namePositionDistance(dataset, positionDistance),
    correct,
  };
}

/** A distance of positions by the name of its unit; classes have none. */
function namePositionDistance(
  { unit }: PlaceDataset,
  distance: number,
): Record<string, number> {
  if (unit === "classes" || unit === "lists") return {};
  return unit === "meters"
    ? { positionDistanceMeters: distance }
    : { positionDistanceFrames: distance };
}

/** The predictions of one query, nearest first. */
export function listPredictions(
  { dataset, predictions, positives }: DatasetPredictions,
  query: number,
): Prediction[] {
  const { count, indices, distancesSquared } = predictions;
  const { database, queries } = dataset;
  return [...indices.subarray(query * count, (query + 1) * count)]
    .filter((index) => index >= 0)
    .map((index, place) => ({
      rank: place + 1,
      database: database.paths[index]!,
      distance: shorten(Math.sqrt(distancesSquared[query * count + place]!)),
      positionDistance: shorten(
        positionDistance(queries, query, database, index),
      ),
      correct: isPositive(positives, query, index),
    }));
}

/** Distance of a query and a database image, in the unit of their positions. */
export function positionDistance(
  queries: PlaceImages,
  query: number,
  database: PlaceImages,
  index: number,
): number {
  return Math.hypot(
    queries.eastMeters[query]! - database.eastMeters[index]!,
    queries.northMeters[query]! - database.northMeters[index]!,
  );
}

/** Nine digits: all that float32 descriptors and positions in metres have. */
function shorten(value: number): number {
  return Number(value.toPrecision(9));
}

/** RFC 4180, with line feeds. */
function csvLine(fields: readonly (string | number | boolean)[]): string {
  const texts = fields.map((field) => Number.isNaN(field) ? "" : String(field));
  return texts.map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
  ).join(",") + "\n";
}

function writeTexts(path: string, texts: Iterable<string>): Promise<void> {
  return writeWhole(
    path,
    (temporary) => Deno.writeTextFile(temporary, ReadableStream.from(texts)),
  );
}
