/**
 * Descriptors of a database, made once and kept beside the report.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { PlaceImages } from "../data/dataset.ts";
import {
  type ImageOptions,
  resolveImageOptions,
} from "../data/image/options.ts";
import { findReadable, pickImages } from "../data/readable.ts";
import { describeImages } from "../describe/describe.ts";
import { createFrozenFeatures } from "../describe/frozen_features.ts";
import { writeTextWhole } from "../files.ts";
import {
  fingerprintDescriber,
  type KnownDescriber,
} from "../model/fingerprint.ts";
import { createNpyRows, type NpyRows, openNpyRows } from "../npy.ts";
import { note, type NoteEvent, type ProgressEvent } from "../progress.ts";

/** A database that can be searched. Its owner declares it with `using`. */
export interface DatabaseDescriptors extends Disposable {
  /** The images, without those that cannot be read and were left out. */
  images: PlaceImages;
  /** Their descriptors, `[M, F]`. */
  rows: NpyRows;
}

/** How a database is described, and where its descriptors are kept. */
export interface DescriptorSettings {
  folder: string;
  images: Partial<ImageOptions>;
  /** Images per batch, at most. */
  batchSize: number;
}

/** Images between two rounds of asking for their sizes and times. */
const FILES_AT_ONCE = 64;

/**
 * Opens the descriptors of a database. They are made if they are not there, or if the model,
 * the way images are read, or an image is another one than when they were made.
 *
 * They are `database_descriptors.npy`, `[M, F]`; `database_descriptors.json` beside it says what of.
 *
 * @throws {DatasetError} If an image cannot be read, unless `skipUnreadable` is set.
 * @throws {CheckpointError} If they cannot be written.
 */
export async function* openDatabaseDescriptors(
  model: KnownDescriber,
  database: PlaceImages,
  { folder, images, batchSize }: DescriptorSettings,
): AsyncGenerator<ProgressEvent | NoteEvent, DatabaseDescriptors> {
  const path = join(folder, "database_descriptors.npy");
  const recordPath = join(folder, "database_descriptors.json");
  const fingerprint = await fingerprintDatabase(model, database, images);
  const record = await readRecord(recordPath);
  const kept = record?.fingerprint === fingerprint
    ? openKept(path, [record.readable.length, model.descriptorLength])
    : undefined;
  if (record && kept) {
    yield note(`descriptors of the database: those in ${path}`);
    return use(pickImages(database, record.readable), kept);
  }
  const readable = images.skipUnreadable
    ? yield* findReadable(database.paths, images)
    : [...database.paths.keys()];
  const described = pickImages(database, readable);
  await Deno.remove(recordPath).catch(() => {});
  yield* writeDescriptors(model, described.paths, { path, images, batchSize });
  const content = JSON.stringify({ fingerprint, readable });
  await writeTextWhole(recordPath, `${content}\n`);
  return use(described, openNpyRows(path));
}

function use(images: PlaceImages, rows: NpyRows): DatabaseDescriptors {
  return { images, rows, [Symbol.dispose]: () => rows[Symbol.dispose]() };
}

async function* writeDescriptors(
  model: KnownDescriber,
  paths: readonly string[],
  { path, images, batchSize }: Omit<DescriptorSettings, "folder"> & {
    path: string;
  },
): AsyncGenerator<ProgressEvent, void> {
  await using file = await createNpyRows(path, [
    paths.length,
    model.descriptorLength,
  ]);
  using source = createFrozenFeatures(model, paths, images);
  yield* describeImages(model, source, {
    firstImage: 0,
    rows: {
      numRows: paths.length,
      write: (_, rows) => file.append(new Float32Array(rows)),
    },
    batchSize,
    phase: "describe database",
  });
  await file.finish();
}

/** What kept descriptors are of. */
interface DescriptorRecord {
  fingerprint: string;
  /** Indices of the database images that have a descriptor. */
  readable: number[];
}

/** What is not there, or damaged, is as if there were no descriptors. */
async function readRecord(path: string): Promise<DescriptorRecord | undefined> {
  try {
    const { fingerprint, readable } = JSON.parse(await Deno.readTextFile(path));
    return { fingerprint: String(fingerprint), readable: [...readable] };
  } catch {
    return undefined;
  }
}

function openKept(
  path: string,
  [numRows, rowLength]: readonly [number, number],
): NpyRows | undefined {
  try {
    const rows = openNpyRows(path);
    if (rows.numRows === numRows && rows.rowLength === rowLength) return rows;
    rows[Symbol.dispose]();
  } catch {
    // Not there or damaged: made anew.
  }
  return undefined;
}

async function fingerprintDatabase(
  model: KnownDescriber,
  { paths }: PlaceImages,
  images: Partial<ImageOptions>,
): Promise<string> {
  const { threads: _, ...read } = resolveImageOptions(images);
  const files: string[] = [];
  for (let first = 0; first < paths.length; first += FILES_AT_ONCE) {
    const some = paths.slice(first, first + FILES_AT_ONCE);
    files.push(...await Promise.all(some.map(identifyFile)));
  }
  return await fingerprintDescriber(model, [read, files]);
}

async function identifyFile(path: string): Promise<string> {
  const info = await Deno.stat(path).catch(() => undefined);
  return `${resolve(path)} ${info?.size} ${info?.mtime?.getTime()}`;
}
