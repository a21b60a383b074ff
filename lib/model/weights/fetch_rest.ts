/**
 * What is missing of a file, in as many attempts as it takes.
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../../progress.ts";
import type { DownloadOptions } from "./download_options.ts";
import type { PartFile } from "./part_file.ts";
import { publishedHash, type PublishedWeights } from "./published_weights.ts";
import {
  HostNotAllowed,
  LastingFailure,
  PassingFailure,
  requestFile,
} from "./request_file.ts";

/** From where published weights come, and to where they go. */
export interface Source {
  weights: PublishedWeights;
  url: string;
  path: string;
}

/** A download that goes on. */
export interface Download extends Source {
  options: Readonly<DownloadOptions>;
  signal: AbortSignal | undefined;
}

/** Bytes that make an attempt one that does not count. */
const PROGRESS_BYTES = 1e6;

/**
 * Fetches what is missing, in as many attempts as it takes.
 *
 * @returns Whether all of it came in one.
 */
export async function* fetchRest(
  part: PartFile,
  download: Download,
): AsyncGenerator<ProgressEvent | NoteEvent, boolean> {
  const { attempts, retrySeconds } = download.options;
  let isOfOnePiece = part.size === 0;
  for (let failures = 0;;) {
    const sizeBefore = part.size;
    try {
      yield* fetchOnce(part, download);
      return isOfOnePiece;
    } catch (error) {
      const hasProgress = part.size - sizeBefore >= PROGRESS_BYTES;
      failures = hasProgress ? 1 : failures + 1;
      if (!(error instanceof PassingFailure) || failures >= attempts) {
        throw wordFailure(error, download, {
          attempts: failures,
          hasPart: part.size > 0,
        });
      }
      const seconds = retrySeconds * 2 ** (failures - 1);
      yield note(`${error.message}; trying again in ${seconds} s`);
      await wait(seconds, download.signal);
    }
    isOfOnePiece &&= part.size === 0;
  }
}

async function* fetchOnce(
  part: PartFile,
  { url, weights, options, signal }: Download,
): AsyncGenerator<ProgressEvent, void> {
  using body = await requestFile(url, {
    firstByte: part.size,
    stallMs: options.stallSeconds * 1000,
    signal,
  });
  if (body === undefined) return;
  if (body.firstByte !== part.size) part.restart();
  const { totalBytes } = body;
  const phase = `download ${weights.file}`;
  const total = totalBytes ?? weights.megabytes * 1e6;
  yield progress(phase, Math.min(part.size, total), total, "bytes");
  for await (const chunk of body.chunks) {
    part.append(chunk);
    // Without a size from the server the end is not known before it is there.
    const most = totalBytes ?? total - 1;
    yield progress(phase, Math.min(part.size, most), total, "bytes");
  }
  if (totalBytes !== undefined && part.size < totalBytes) {
    throw new PassingFailure(
      `the connection ended after ${part.size} of ${totalBytes} bytes`,
    );
  }
  yield progress(phase, part.size, part.size, "bytes");
}

function wordFailure(
  error: unknown,
  download: Download,
  { attempts, hasPart }: { attempts: number; hasPart: boolean },
): unknown {
  const isPassing = error instanceof PassingFailure;
  if (!(isPassing || error instanceof LastingFailure)) return error;
  const { weights, url } = download;
  const again = isPassing
    ? `try again later${hasPart ? ", from where it ended" : ""}`
    : undefined;
  const allow = error instanceof HostNotAllowed
    ? `allow it with --allow-net=${error.host}`
    : undefined;
  return new CheckpointError(`Cannot download the weights of ${weights.arch}`, {
    where: `${url} (${error.message}${
      attempts > 1 ? `; ${attempts} attempts` : ""
    })`,
    fix: [again ?? allow, putByHand(download)].filter(Boolean).join("; or "),
    cause: error,
  });
}

/** What to do without a network. */
export function putByHand({ weights, url, path }: Source): string {
  return `put that file (${url}, ${weights.megabytes} MB, SHA-256 ${
    publishedHash(weights)
  }…) at ${path} by hand`;
}

async function wait(
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
