/**
 * Images read, decoded and resized by workers, off the main thread.
 *
 * @module
 */
import { DatasetError } from "../../errors.ts";
import type { DecodeReply } from "./decode_messages.ts";
import { type ImageOptions, resolveImageOptions } from "./options.ts";
import type { ImagePart, ReadImageOptions } from "./read_image.ts";
import { WebWorker } from "../../web_worker.ts";
import type { RgbImage } from "./rgb_image.ts";

/** Decodes images in workers. Its owner closes it, or declares it with `using`. */
export interface DecodePool extends Disposable {
  /**
   * Reads, decodes and resizes one image.
   *
   * @param path File of the image.
   * @param part Which part of it is taken; all of it if left out.
   * @returns Pixels `[H, W, 3]`; the caller's own.
   * @throws {DatasetError} If the file cannot be read or is no whole image, or the pool is closed.
   */
  decode(path: string, part?: ImagePart): Promise<RgbImage>;
  /** Ends the workers, and what they were doing. */
  close(): void;
}

/** An image that someone waits for. */
interface Job {
  path: string;
  part: ImagePart;
  resolve(image: RgbImage): void;
  reject(error: Error): void;
}

/**
 * Makes a pool of workers. Each is started when there is work that no other is free for.
 *
 * A pool holds no image: it hands each over as soon as it is decoded. How many
 * are decoded ahead is up to its caller; `imageBatches` keeps that bounded.
 *
 * @param given Options of reading images, such as `threads` and `resize`, and a largest size.
 * @param startWorker Starts a worker that speaks the language of `decode_messages.ts`.
 * @throws {OptionsError} If an option is out of range.
 */
export function createDecodePool(
  { within, ...given }:
    & Partial<ImageOptions>
    & Pick<ReadImageOptions, "within"> = {},
  startWorker: () => Worker = startDecodeWorker,
): DecodePool {
  const options = resolveImageOptions(given);
  return new WorkerPool(
    { ...options, ...(within && { within }) },
    options.threads,
    startWorker,
  );
}

class WorkerPool implements DecodePool {
  readonly #options: ReadImageOptions;
  readonly #threads: number;
  readonly #startWorker: () => Worker;
  readonly #waiting: Job[] = [];
  readonly #working = new Map<Worker, Job>();
  #idle: Worker[] = [];
  #isClosed = false;

  constructor(
    { resize, resizeFilter, applyOrientation, within }: ReadImageOptions,
    threads: number,
    startWorker: () => Worker,
  ) {
    this.#options = {
      ...{ resize, resizeFilter, applyOrientation },
      ...(within && { within }),
    };
    this.#threads = threads;
    this.#startWorker = startWorker;
  }

  decode(path: string, part: ImagePart = {}): Promise<RgbImage> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(closedError(path));
      this.#waiting.push({ path, part, resolve, reject });
      this.#assign();
    });
  }

  close(): void {
    this.#isClosed = true;
    const unfinished = [...this.#working.values(), ...this.#waiting];
    for (const worker of [...this.#working.keys(), ...this.#idle]) {
      worker.terminate();
    }
    this.#working.clear();
    this.#idle = [];
    this.#waiting.length = 0;
    for (const job of unfinished) job.reject(closedError(job.path));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Gives waiting jobs to workers, as long as there are both. */
  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? this.#hire();
      if (worker === null) return;
      const job = this.#waiting.shift()!;
      this.#working.set(worker, job);
      const { path, part } = job;
      worker.postMessage({ path, options: { ...this.#options, ...part } });
    }
  }

  /** Starts one more worker, unless all are there. Called when none is idle. */
  #hire(): Worker | null {
    if (this.#working.size >= this.#threads) return null;
    const worker = this.#startWorker();
    worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
      const job = this.#working.get(worker);
      this.#working.delete(worker);
      if (!this.#isClosed) this.#idle.push(worker);
      if (job !== undefined) settle(job, data);
      this.#assign();
    };
    worker.onerror = (event) => {
      event.preventDefault(); // else it would end the process
      this.#bury(worker, event.message);
    };
    return worker;
  }

  /** Drops a worker that has died, and lets another take its place. */
  #bury(worker: Worker, message: string): void {
    const job = this.#working.get(worker);
    this.#working.delete(worker);
    this.#idle = this.#idle.filter((other) => other !== worker);
    worker.terminate();
    job?.reject(deadWorkerError(job.path, message));
    this.#assign();
  }
}

function settle(job: Job, reply: DecodeReply): void {
  if ("image" in reply) return job.resolve(reply.image);
  const { what, where, fix } = reply.error;
  job.reject(new DatasetError(what, { where, fix }));
}

function deadWorkerError(path: string, message: string): DatasetError {
  return new DatasetError("Cannot decode an image", {
    where: `${path} (its worker died: ${message})`,
    fix: "replace the file, or free memory if others fail too",
  });
}

function closedError(path: string): DatasetError {
  return new DatasetError("Cannot decode an image", {
    where: `${path} (the decode pool is closed)`,
    fix: "keep the pool open until all its images are there",
  });
}

function startDecodeWorker(): Worker {
  const script = new URL("./decode_worker.ts", import.meta.url);
  return new WebWorker(script, { type: "module" });
}
