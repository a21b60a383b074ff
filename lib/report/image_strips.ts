/**
 * Strips of images to look at: a query, and what was found for it.
 *
 * @module
 */
import { basename, parse } from "node:path";
import { encodeJpeg } from "../data/image/encode.ts";
import { readSmall } from "../data/image/thumbnail.ts";
import {
  type DatasetPredictions,
  listPredictions,
} from "../evaluate/predictions.ts";
import type {
  ImageStrip,
  StripImage,
  StripKind,
} from "../plot/draw_image_strip.ts";
import { COUNT, resolveOptions } from "../options.ts";
import type { Predictions } from "../search/exact.ts";

/** An image of a strip, yet to be read. */
export interface StripSource {
  /** File of the image. */
  path: string;
  /** What it is; its frame shows it. */
  kind: StripKind;
  /** Below the image; empty if left out. */
  caption?: string;
}

/** How strips of predictions are made. */
export interface StripOptions {
  /** Predictions of each query, at most. */
  predictions: number;
  /** Most pixels of the longer side of an image. */
  maxSide: number;
}

/** The one place where the defaults live. */
export const STRIP_DEFAULTS: Readonly<StripOptions> = Object.freeze({
  predictions: 5,
  maxSide: 240,
});

/** Quality of the JPEGs. */
const QUALITY = 75;

/**
 * Reads the images of a strip, upright and small.
 *
 * @param maxSide Most pixels of the longer side of an image.
 * @throws {DatasetError} If an image cannot be read.
 *
 * @example
 * ```ts ignore
 * const images = await readStripImages([{ path: "query.jpg", kind: "query" }]);
 * show(drawImageStrip([{ title: "a query", images }]));
 * ```
 */
export function readStripImages(
  sources: readonly StripSource[],
  maxSide: number = STRIP_DEFAULTS.maxSide,
): Promise<StripImage[]> {
  return Promise.all(sources.map(async ({ path, kind, caption = "" }) => {
    const image = readSmall(path, { width: maxSide, height: maxSide });
    const { width, height } = image;
    const jpeg = await encodeJpeg(image, QUALITY);
    return { jpeg, width, height, kind, caption };
  }));
}

/**
 * Makes a strip of each of some queries: the query and its first predictions, each with
 * how far away it was taken (left out for classes) and its descriptor distance.
 *
 * @param found Predictions of a dataset.
 * @param queries Query indices.
 * @throws {DatasetError} If an image cannot be read.
 * @throws {OptionsError} If an option is wrong.
 *
 * @example
 * ```ts ignore
 * const evaluation = await drain(evaluateModel(model, dataset));
 * show(drawImageStrip(await readRetrievalStrips(evaluation, [0, 1, 2])));
 * ```
 */
export async function readRetrievalStrips(
  found: DatasetPredictions,
  queries: Iterable<number>,
  given: Partial<StripOptions> = {},
): Promise<ImageStrip[]> {
  return await readStrips(
    [...queries].map((query) => listSources(found, query)),
    given,
  );
}

/** Reads a strip of each list of images, whose first is the one looked up. */
function readStrips(
  lists: readonly (readonly StripSource[])[],
  given: Partial<StripOptions>,
): Promise<ImageStrip[]> {
  const { predictions, maxSide } = resolveOptions<StripOptions>(given, {
    purpose: "draw strips of predictions",
    defaults: STRIP_DEFAULTS,
    rules: { predictions: COUNT, maxSide: COUNT },
  });
  return Promise.all(lists.map(async (sources) => ({
    title: basename(sources[0]!.path),
    images: await readStripImages(sources.slice(0, predictions + 1), maxSide),
  })));
}

/** What was found for images whose positions nobody knows. */
export interface PhotoMatches {
  /** Paths of the images that were looked up, Q. */
  queries: readonly string[];
  /** Paths of the images that were searched, M. */
  database: readonly string[];
  /** Of the queries. */
  predictions: Predictions;
}

/**
 * Makes a strip of each of some photos: the photo and its first matches, each with its
 * name and descriptor distance. Nothing says which are right.
 *
 * @param queries Indices of photos.
 * @throws {DatasetError} If an image cannot be read.
 * @throws {OptionsError} If an option is wrong.
 */
export async function readMatchStrips(
  found: PhotoMatches,
  queries: Iterable<number>,
  given: Partial<StripOptions> = {},
): Promise<ImageStrip[]> {
  return await readStrips(
    [...queries].map((query) => listMatches(found, query)),
    given,
  );
}

/** A photo, then its matches. */
function listMatches(
  { queries, database, predictions }: PhotoMatches,
  query: number,
): StripSource[] {
  const { count, indices, distancesSquared } = predictions;
  const first = query * count;
  return [
    { path: queries[query]!, kind: "query", caption: "your photo" },
    ...[...indices.subarray(first, first + count)]
      .filter((index) => index >= 0)
      .map((index, place): StripSource => {
        const path = database[index]!;
        const distance = Math.sqrt(distancesSquared[first + place]!);
        const caption = `${distance.toFixed(2)} ${parse(path).name}`;
        return { path, kind: "database", caption };
      }),
  ];
}

/** A query, then its predictions. */
function listSources(found: DatasetPredictions, query: number): StripSource[] {
  const { unit, queries } = found.dataset;
  const sayPlace = (distance: number): string =>
    unit === "classes" || unit === "lists"
      ? ""
      : `${distance.toFixed(0)} ${unit === "meters" ? "m" : "frames"}, `;
  return [
    { path: queries.paths[query]!, kind: "query", caption: "query" },
    ...listPredictions(found, query).map((
      { database, correct, positionDistance, distance },
    ): StripSource => ({
      path: database,
      kind: correct ? "right" : "wrong",
      caption: `${sayPlace(positionDistance)}${distance.toFixed(2)}`,
    })),
  ];
}
