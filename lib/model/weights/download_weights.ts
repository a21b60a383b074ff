/**
 * The stage *weights*: published weights from the network to a file.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError } from "../../errors.ts";
import { isFile } from "../../files.ts";
import { note, type NoteEvent, type ProgressEvent } from "../../progress.ts";
import {
  type DownloadOptions,
  resolveDownloadOptions,
} from "./download_options.ts";
import {
  type Download,
  fetchRest,
  putByHand,
  type Source,
} from "./fetch_rest.ts";
import { hashFile, openPartFile, PART_SUFFIX } from "./part_file.ts";
import {
  PUBLISHED_WEIGHTS,
  publishedHash,
  type PublishedWeights,
} from "./published_weights.ts";

/** How to download. */
export interface DownloadSettings extends Partial<DownloadOptions> {
  /** Ends it at once; what has come is kept for another time. */
  signal?: AbortSignal;
}

/** Published weights that are there. */
export interface DownloadedWeights {
  /** The file. */
  path: string;
  /** Where it comes from. */
  url: string;
  /** Of its content, in hexadecimal digits. */
  sha256: string;
  /** Bytes in it. */
  numBytes: number;
  /** Whether it was there before. */
  wasThere: boolean;
}

/** What a download reports as it goes. */
export type DownloadEvent = ProgressEvent | NoteEvent;

/**
 * Downloads published weights, checks them by the digits of their SHA-256 that the name of the
 * file carries, and only then gives the file that name.
 *
 * What came before a connection broke, or before the stage was ended, is kept beside it (`.part`)
 * and gone on from, also by another process. Memory is a few chunks.
 *
 * @param weights Which: one of `PUBLISHED_WEIGHTS`.
 * @throws {CheckpointError} If they cannot be fetched, and it says what to put where by hand; if
 * the file that is there, or what came, has another SHA-256; if it cannot be written.
 *
 * @example
 * ```ts ignore
 * import { downloadWeights, drain, PUBLISHED_WEIGHTS } from "@whereabouts/whereabouts";
 *
 * const { path } = await drain(downloadWeights(PUBLISHED_WEIGHTS.vgg16));
 * console.log(path); // weights/vgg16-397923af.pth
 * ```
 */
export async function* downloadWeights(
  weights: PublishedWeights,
  { signal, ...given }: DownloadSettings = {},
): AsyncGenerator<DownloadEvent, DownloadedWeights> {
  const options = resolveDownloadOptions(given);
  const source = locate(weights, options);
  const { path, url } = source;
  const wasThere = await isFile(path);
  const sha256 = wasThere
    ? yield* checkThere(source)
    : yield* fetchChecked({ ...source, options, signal });
  const { size } = await Deno.stat(path);
  return { path, url, sha256, numBytes: size, wasThere };
}

/** Published weights, and how much of them is there. */
export interface ListedWeights extends PublishedWeights {
  /** Where the file is, or would be. */
  path: string;
  /** Whether it is there, or part of it. What is in it is not looked at. */
  state: "there" | "part" | "missing";
}

/** Lists all published weights with those that are in a folder. */
export function listPublishedWeights(
  given: Partial<DownloadOptions> = {},
): Promise<ListedWeights[]> {
  const options = resolveDownloadOptions(given);
  return Promise.all(
    Object.values(PUBLISHED_WEIGHTS).map(async (weights) => {
      const { path } = locate(weights, options);
      const hasPart = await isFile(`${path}${PART_SUFFIX}`);
      const state = hasPart ? "part" : "missing";
      return { ...weights, path, state: await isFile(path) ? "there" : state };
    }),
  );
}

function locate(
  weights: PublishedWeights,
  { weightsPath, from }: Readonly<DownloadOptions>,
): Source {
  const folder = from.endsWith("/") ? from : `${from}/`;
  return {
    weights,
    url: new URL(weights.file, folder).href,
    path: join(weightsPath, weights.file),
  };
}

function isPublished(sha256: string, { weights }: Source): boolean {
  return sha256.startsWith(publishedHash(weights));
}

async function* checkThere(
  source: Source,
): AsyncGenerator<ProgressEvent, string> {
  const { path, weights } = source;
  const sha256 = yield* hashFile(path);
  if (isPublished(sha256, source)) return sha256;
  throw new CheckpointError("Cannot take a file for the weights of its name", {
    where: `${path} has the SHA-256 ${shorten(sha256)}, the published file ${
      publishedHash(weights)
    }…`,
    fix: "remove it and download it again, or choose another folder",
  });
}

/** @returns The SHA-256 of what came, which is right. */
async function* fetchChecked(
  download: Download,
): AsyncGenerator<DownloadEvent, string> {
  await using part = await openPartFile(download.path);
  yield* part.readAgain();
  let isWhole = isPublished(part.sha256(), download);
  if (!isWhole) {
    const isOfOnePiece = yield* fetchRest(part, download);
    isWhole = isPublished(part.sha256(), download);
    if (!isWhole && !isOfOnePiece) {
      yield note("what was there of the file is damaged: it is fetched anew");
      part.restart();
      yield* fetchRest(part, download);
      isWhole = isPublished(part.sha256(), download);
    }
  }
  const sha256 = part.sha256();
  if (!isWhole) {
    await part.discard();
    throw new CheckpointError(
      `Cannot take what was downloaded for weights of ${download.weights.arch}`,
      {
        where: `${download.url} has the SHA-256 ${
          shorten(sha256)
        }, the published file ${publishedHash(download.weights)}…`,
        fix: `download it from elsewhere, or ${putByHand(download)}`,
      },
    );
  }
  await part.finish();
  return sha256;
}

function shorten(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}
