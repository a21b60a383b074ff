/**
 * The stage *explore*: a report in a browser, and photos of a visitor located.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import { fitImages } from "../describe/fit_images.ts";
import { OptionsError } from "../errors.ts";
import type { KnownDescriber } from "../model/fingerprint.ts";
import type { NoteEvent, ProgressEvent } from "../progress.ts";
import {
  type DatabaseDescriptors,
  openDatabaseDescriptors,
} from "./database_descriptors.ts";
import { readFirstDistances } from "./first_distances.ts";
import { LOOPBACK } from "./guard.ts";
import { createLocating, type Locating } from "./locating.ts";
import { type ExploreOptions, resolveExploreOptions } from "./options.ts";
import type { OpenReport } from "./open_report.ts";
import { renderLocatePage } from "./page/render_locate_page.ts";
import { BODY_LIMITS, type BodyLimits } from "./read_body.ts";
import { createPhotoReader } from "./read_photo.ts";
import { createAnswer, createPage, type Site } from "./routes.ts";

/** What is explored, and how. */
export interface ExploreSettings extends Partial<ExploreOptions> {
  /** Descriptors of the database are kept in its folder. */
  report: OpenReport;
  /** How images are read. */
  images?: Partial<ImageOptions>;
  /** Ends the stage. */
  signal: AbortSignal;
  /** How much of a visitor is waited for and held. */
  limits?: Readonly<BodyLimits>;
}

/** The server is there. */
export interface ServingEvent {
  /** Requests are answered. */
  kind: "serving";
  /** Where to look. */
  url: string;
}

/** The database is described: photos are taken from now on. */
export interface ReadyEvent {
  /** Photos are located from now on. */
  kind: "ready";
}

/** What an exploration reports as it goes. */
export type ExploreEvent =
  | ServingEvent
  | ReadyEvent
  | ProgressEvent
  | NoteEvent;

/** Images of a batch: between two batches the server answers. */
const BATCH_SIZE = 4;

/**
 * Serves a report at 127.0.0.1, with its images at full size, and locates photos that are sent to it:
 * describes them with `model` and finds the nearest images of the database.
 *
 * The report is there at once; photos are taken when the database is described. Its descriptors are
 * kept beside the report. Photos are described one at a time, in memory, and not kept.
 *
 * @param model What the report is of.
 * @param dataset The split that the report is of.
 * @yields Where it serves, progress, and that it is ready; then it waits.
 * @returns When `signal` is aborted.
 * @throws {CheckpointError} If descriptors cannot be kept beside the report.
 * @throws {DatasetError} If an image of the database cannot be read, unless `skipUnreadable` is set.
 * @throws {OptionsError} If an option is wrong, or the port is taken.
 */
export async function* exploreReport(
  model: KnownDescriber,
  dataset: PlaceDataset,
  { report, images: askedImages = {}, signal, limits = BODY_LIMITS, ...given }:
    ExploreSettings,
): AsyncGenerator<ExploreEvent, void> {
  const { port } = resolveExploreOptions(given);
  const images = yield* fitImages(model, askedImages);
  const site = await makeSite(report, dataset, limits);
  await using server = startServer(site, port);
  yield { kind: "serving", url: server.url };
  using descriptors = yield* describe(model, dataset, {
    folder: report.folder,
    images,
    locating: site.locating,
  });
  const readPhoto = createPhotoReader(images, descriptors.images.paths[0]!);
  await using _ = site.locating.open({
    model,
    readPhoto,
    dataset,
    descriptors,
  });
  yield { kind: "ready" };
  await aborted(signal);
}

async function makeSite(
  { folder, html, data: { title, gallery } }: OpenReport,
  dataset: PlaceDataset,
  limits: Readonly<BodyLimits>,
): Promise<Site> {
  return {
    reportPage: await createPage(
      html.replace('data-images=""', 'data-images="/images/"')
        .replace('data-explore=""', 'data-explore="/locate"'),
    ),
    locatePage: await createPage(
      renderLocatePage({ title, dataset, maxBytes: limits.bytes }),
    ),
    gallery,
    folder,
    locating: createLocating(readFirstDistances(gallery), limits),
  };
}

/** A server, until it is disposed. */
interface RunningServer extends AsyncDisposable {
  url: string;
}

function startServer(site: Site, asked: number): RunningServer {
  const answer = createAnswer(site);
  let port = asked;
  const stop = new AbortController();
  try {
    const server = Deno.serve({
      hostname: LOOPBACK,
      port: asked,
      signal: stop.signal,
      onListen: (address) => {
        port = address.port;
      },
    }, (request) => answer(request, port));
    return {
      url: `http://127.0.0.1:${port}/`,
      [Symbol.asyncDispose]: async () => {
        stop.abort();
        await server.finished;
      },
    };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new OptionsError("Cannot serve where another program does", {
      where: `port ${asked} of ${LOOPBACK}`,
      fix: "set port to another, or to 0 for any that is free",
      cause,
    });
  }
}

/** Describes the database, and says how far it is to whoever asks. */
async function* describe(
  model: KnownDescriber,
  { database }: PlaceDataset,
  { folder, images, locating }: {
    folder: string;
    images: Partial<ImageOptions>;
    locating: Locating;
  },
): AsyncGenerator<ProgressEvent | NoteEvent, DatabaseDescriptors> {
  const stage = openDatabaseDescriptors(model, database, {
    folder,
    images,
    batchSize: BATCH_SIZE,
  });
  while (true) {
    const { value, done } = await stage.next();
    if (done) return value;
    if (value.kind === "progress") locating.report(value);
    yield value;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
