/**
 * The stage that turns an evaluation, and the training before it, into a report for people.
 *
 * @module
 */
import { recallInterval } from "../evaluate/confidence.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { describeProtocol } from "../evaluate/protocols.ts";
import { folderOf, writeTextWhole } from "../files.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import { type Gallery, makeGallery } from "./make_gallery.ts";
import { renderReport } from "./page/render_report.ts";
import type {
  ReportData,
  ReportDataset,
  ReportEpoch,
  ReportImages,
  ReportResult,
} from "./report_data.ts";
import {
  createThumbnailSource,
  drawThumbnails,
  type ThumbnailSource,
  type ThumbnailStore,
} from "./thumbnails.ts";

/** Recall@N of one model, or after one epoch. */
export interface NamedRecall {
  /** Name of the model, or of the epoch. */
  title: string;
  /** Fractions of the queries that count, by N. */
  recall: Readonly<Record<string, number>>;
}

/** What a report is made from. */
export interface ReportContent
  extends
    Pick<ReportData, "title" | "options" | "engine" | "versions" | "seconds"> {
  /** Facts for people, a line each; none if left out. */
  facts?: readonly string[];
  /** The map and the gallery show it. */
  evaluation: Evaluation;
  /** What is compared, of the same split; the last is that of `evaluation`. */
  results: readonly NamedRecall[];
  /** Epochs of the training, such as `TrainResult.history`; none if left out. */
  training?: readonly ReportEpoch[];
}

/** How a report is written. */
export interface ReportSettings {
  /** Thumbnails of an earlier report of the same images; moved on. */
  thumbnails?: ThumbnailStore;
  /** Makes what draws thumbnails; workers that read the images if left out. */
  createSource?(): ThumbnailSource;
}

/** What writing a report reports as it goes. */
export type ReportEvent = ProgressEvent | NoteEvent;

/** Largest thumbnails of a report, all together, in base64. */
const THUMBNAIL_BYTES = 12e6;
/** Largest report. */
const REPORT_BYTES = 20e6;
/** What remains for everything but the data: text, plots, style. */
const PAGE_BYTES = 4e6;

/**
 * Writes a report: one HTML file that needs no other.
 *
 * Images are read to draw small ones of them, as many as fit into 20 MB; the page loads the
 * others from their files, by paths relative to its own. One that cannot be read is a note.
 *
 * @param path File to write, such as `report.html`.
 * @param content What it says.
 * @returns The same content gives the same bytes.
 * @throws {CheckpointError} If it cannot be written; what was there stays.
 */
export async function* writeReport(
  path: string,
  content: ReportContent,
  { thumbnails = new Map(), createSource = createThumbnailSource }:
    ReportSettings = {},
): AsyncGenerator<ReportEvent, void> {
  const gallery = makeGallery(content.evaluation, folderOf(path));
  const data = makeReportData(content, gallery);
  const rest = REPORT_BYTES - PAGE_BYTES - countBytes(JSON.stringify(data));
  using source = createSource();
  yield* drawThumbnails(gallery, {
    source,
    store: thumbnails,
    maxBytes: Math.min(rest, THUMBNAIL_BYTES),
  });
  await writeTextWhole(
    path,
    renderReport(withThumbnails(data, gallery, thumbnails)),
  );
}

/** The data of a report, its images still without thumbnails. */
function makeReportData(
  { evaluation, results, facts = [], training = [], ...content }: ReportContent,
  gallery: Gallery,
): ReportData {
  const { title, options, engine, versions, seconds } = content;
  return {
    title,
    facts,
    dataset: describeDataset(evaluation),
    results: results.map((result) =>
      addIntervals(result, evaluation.numCounted)
    ),
    training: training.map(({ epoch, loss, learningRate, recall }) => ({
      ...{ epoch, loss, learningRate, recall },
    })),
    gallery: gallery.content,
    options,
    engine: { name: engine.name, device: engine.device },
    versions,
    seconds,
  };
}

function describeDataset(
  { dataset, queriesWithoutPositives, numCounted, protocol }: Evaluation,
): ReportDataset {
  const { name, split, queries, database, positiveRadius, unit } = dataset;
  return {
    ...{ name, split, positiveRadius, unit, queriesWithoutPositives },
    numQueries: queries.paths.length,
    numDatabase: database.paths.length,
    countedQueries: numCounted,
    protocol: describeProtocol(protocol),
  };
}

function addIntervals(
  { title, recall }: NamedRecall,
  numCounted: number,
): ReportResult {
  return {
    title,
    recall: Object.entries(recall).map(([n, value]) => ({
      n: Number(n),
      value,
      ...recallInterval(value, numCounted),
    })),
  };
}

function withThumbnails(
  data: ReportData,
  { queryFiles, databaseFiles }: Gallery,
  store: ThumbnailStore,
): ReportData {
  const { gallery } = data;
  const add = (
    images: ReportImages,
    files: readonly string[],
  ): ReportImages => ({
    ...images,
    thumbnails: files.map((file) => store.get(file) ?? null),
  });
  return {
    ...data,
    gallery: {
      ...gallery,
      queries: add(gallery.queries, queryFiles),
      database: add(gallery.database, databaseFiles),
    },
  };
}

function countBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
