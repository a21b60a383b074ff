/**
 * Predictions as files: CSV for spreadsheets, JSON for programs.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import type { Neighbors } from "../data/radius.ts";
import { writeWhole } from "../files.ts";
import type { Predictions } from "../search/exact.ts";
import { isPositive } from "./recall.ts";

/** What was found for a dataset, and what would have been right. */
export interface DatasetPredictions {
  /** What was searched, and for what. */
  dataset: PlaceDataset;
  /** Of the queries of `dataset`. */
  predictions: Predictions;
  /** Database indices within the evaluation radius of each query. */
  positives: Neighbors;
}

/** One predicted database image of one query. */
export interface Prediction {
  /** From 1. */
  rank: number;
  /** Path of the database image. */
  database: string;
  /** L2 distance of the descriptors. */
  distance: number;
  /** Distance of the positions, in the unit of the dataset. */
  positionDistance: number;
  correct: boolean;
}

/**
 * Writes one line per prediction: `query`, `rank`, `database`, `distance` of the
 * descriptors, `positionDistanceMeters` (or `Frames`), `correct`.
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
 * Writes `{"queries": [{"query", "predictions": [{"rank", "database", …}]}]}`, one
 * query per line, with the names and values of `writePredictionsCsv`.
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
    positionDistanceName(found.dataset),
    "correct",
  ]);
  for (const [query, path] of queries.paths.entries()) {
    yield listPredictions(found, query).map((prediction) =>
      csvLine([path, ...Object.values(prediction)])
    ).join("");
  }
}

function* jsonTexts(found: DatasetPredictions): Generator<string> {
  const { queries } = found.dataset;
  const name = positionDistanceName(found.dataset);
  yield '{"queries": [';
  for (const [query, path] of queries.paths.entries()) {
    const predictions = listPredictions(found, query).map(
      ({ rank, database, distance, positionDistance, correct }) => ({
        rank,
        database,
        distance,
        [name]: positionDistance,
        correct,
      }),
    );
    const comma = query === 0 ? "" : ",";
    yield `${comma}\n${JSON.stringify({ query: path, predictions })}`;
  }
  yield "\n]}\n";
}

function positionDistanceName({ unit }: PlaceDataset): string {
  return unit === "meters"
    ? "positionDistanceMeters"
    : "positionDistanceFrames";
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
  return fields.map(String).map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
  ).join(",") + "\n";
}

function writeTexts(path: string, texts: Iterable<string>): Promise<void> {
  return writeWhole(
    path,
    (temporary) => Deno.writeTextFile(temporary, ReadableStream.from(texts)),
  );
}
