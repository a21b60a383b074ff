/**
 * Thumbnails of a gallery, as many as fit into a report.
 *
 * @module
 */
import { createDecodePool } from "../data/image/decode_pool.ts";
import { encodeJpeg } from "../data/image/encode.ts";
import {
  smallImageOptions,
  THUMBNAIL_DEFAULTS,
} from "../data/image/thumbnail.ts";
import { DatasetError } from "../errors.ts";
import { note, type NoteEvent, progress } from "../progress.ts";
import type { ProgressEvent } from "../progress.ts";
import type { Gallery } from "./make_gallery.ts";
import { orderForThumbnails } from "./thumbnail_order.ts";

/** Longer side of a thumbnail in pixels. */
const MAX_SIDE = 160;
/** Queries whose images are drawn at the same time, each with at most six database images. */
const QUERIES_AHEAD = 4;

/** Draws thumbnails. Its owner declares it with `using`. */
export interface ThumbnailSource extends Disposable {
  /**
   * Draws one.
   *
   * @returns A JPEG.
   * @throws {DatasetError} If the image cannot be read.
   */
  draw(path: string): Promise<Uint8Array>;
}

/** Makes a source whose images are read by workers, which start when there is work. */
export function createThumbnailSource(): ThumbnailSource {
  const pool = createDecodePool(
    smallImageOptions({ width: MAX_SIDE, height: MAX_SIDE }),
  );
  return {
    draw: async (path) =>
      await encodeJpeg(await pool.decode(path), THUMBNAIL_DEFAULTS.quality),
    [Symbol.dispose]: () => pool.close(),
  };
}

/**
 * The thumbnails of a report by file: JPEG in base64, null where the image cannot be read.
 * The next report takes over those that it needs.
 */
export type ThumbnailStore = Map<string, string | null>;

/** How thumbnails are drawn. */
export interface ThumbnailSettings {
  source: ThumbnailSource;
  /** Has those of an earlier report; afterwards it has those of this one and no others. */
  store: ThumbnailStore;
  /** Most bytes of all of them, in base64. */
  maxBytes: number;
}

/**
 * Draws the thumbnails of queries, of their first predictions and their best positives,
 * query by query until the next ones do not fit. Every file is drawn once.
 *
 * @returns The thumbnails are in `settings.store`.
 */
export async function* drawThumbnails(
  gallery: Gallery,
  settings: ThumbnailSettings,
): AsyncGenerator<ProgressEvent | NoteEvent, void> {
  const { store, maxBytes } = settings;
  const total = countFiles(gallery);
  const taken: ThumbnailStore = new Map();
  let bytes = 0;
  let numLost = 0;
  for await (const drawn of drawInOrder(gallery, settings)) {
    const size = sum(drawn.map(({ jpeg }) => jpeg?.length ?? 0));
    if (bytes + size > maxBytes) break;
    bytes += size;
    numLost += drawn.filter(({ file, jpeg }) =>
      jpeg === null && !store.has(file)
    ).length;
    for (const { file, jpeg } of drawn) taken.set(file, jpeg);
    const fitting = Math.round(taken.size * maxBytes / Math.max(bytes, 1));
    const wanted = Math.max(Math.min(total, fitting), taken.size);
    yield progress("draw thumbnails", taken.size, wanted);
  }
  yield progress("draw thumbnails", taken.size, taken.size);
  if (numLost > 0) yield note(describeLost(numLost));
  store.clear();
  for (const [file, jpeg] of taken) store.set(file, jpeg);
}

function describeLost(count: number): string {
  const images = count === 1 ? "1 image" : `${count} images`;
  return `${images} could not be read: the report shows no thumbnails of them`;
}

/** A file's thumbnail. */
interface Drawn {
  file: string;
  jpeg: string | null;
}

/** Draws a few queries ahead and yields, query by query, what was not there yet. */
async function* drawInOrder(
  gallery: Gallery,
  { source, store }: ThumbnailSettings,
): AsyncGenerator<Drawn[]> {
  const draw = async (file: string): Promise<Drawn> => ({
    file,
    jpeg: store.get(file) ?? await drawOne(source, file),
  });
  const begun: Promise<Drawn[]>[] = [];
  for (const files of listNewFiles(gallery)) {
    const drawing = Promise.all(files.map(draw));
    drawing.catch(() => {}); // it is waited for in its turn, or not at all
    begun.push(drawing);
    if (begun.length > QUERIES_AHEAD) yield await begun.shift()!;
  }
  while (begun.length > 0) yield await begun.shift()!;
}

async function drawOne(
  source: ThumbnailSource,
  file: string,
): Promise<string | null> {
  try {
    return (await source.draw(file)).toBase64();
  } catch (error) {
    if (error instanceof DatasetError) return null;
    throw error;
  }
}

/** Lists, query by query, the files that no query before it shows. */
function* listNewFiles(
  { content, queryFiles, databaseFiles }: Gallery,
): Generator<string[]> {
  const { count, correct, predictions, bestPositive } = content;
  const seen = new Set<string>();
  const isRight = queryFiles.map((_, query) => correct[query * count] === "1");
  for (const query of orderForThumbnails(isRight)) {
    const rows = [
      ...predictions.slice(query * count, (query + 1) * count),
      bestPositive[query]!,
    ].filter((row) => row >= 0);
    const files = new Set([
      queryFiles[query]!,
      ...rows.map((row) => databaseFiles[row]!),
    ]);
    const fresh = [...files].filter((file) => !seen.has(file));
    fresh.forEach((file) => seen.add(file));
    if (fresh.length > 0) yield fresh;
  }
}

function countFiles({ queryFiles, databaseFiles }: Gallery): number {
  return new Set([...queryFiles, ...databaseFiles]).size;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
