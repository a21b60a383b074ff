/**
 * Shares the photographs of a city among workers.
 *
 * @module
 */
import { DatasetError } from "../../errors.ts";
import { progress, type ProgressEvent } from "../../progress.ts";
import type { DemoCityOptions } from "./options.ts";
import type { PhotoReply, PhotoRequest } from "./photo_messages.ts";
import { WebWorker } from "../../web_worker.ts";

/**
 * Takes all photographs. Neighbouring ones are taken by the same worker, which
 * paints the houses they share only once.
 *
 * @param folder Folder of the city, with the folders of the photographs.
 * @param total Number of photographs.
 * @throws {DatasetError} If one cannot be written.
 */
export async function* takeAllPhotos(
  options: Readonly<DemoCityOptions>,
  folder: string,
  total: number,
): AsyncGenerator<ProgressEvent, void> {
  const count = Math.min(options.workers, total);
  const replies = createQueue<PhotoReply>();
  const workers = Array.from(
    { length: count },
    (_, i) =>
      startWorker(replies.push, {
        options,
        folder,
        start: Math.floor(total * i / count),
        end: Math.floor(total * (i + 1) / count),
      }),
  );
  try {
    for (let taken = 0, finished = 0; finished < count;) {
      const reply = await replies.next();
      if (reply.kind === "failed") throw photoError(folder, reply.cause);
      if (reply.kind === "finished") finished++;
      if (reply.kind === "taken") {
        yield progress("photograph the demo city", ++taken, total);
      }
    }
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function startWorker(
  onReply: (reply: PhotoReply) => void,
  request: PhotoRequest,
): Worker {
  const script = new URL("./photo_worker.ts", import.meta.url);
  const worker = new WebWorker(script, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<PhotoReply>) => onReply(data);
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the process
    onReply({ kind: "failed", cause: event.message });
  };
  worker.postMessage(request);
  return worker;
}

function photoError(folder: string, cause: string): DatasetError {
  return new DatasetError("Cannot make the demo city", {
    where: `${folder} (${cause})`,
    fix: "free disk space or memory, or choose a folder that can be written",
  });
}

interface Queue<Item> {
  push(item: Item): void;
  /** The oldest item; waits until there is one. */
  next(): Promise<Item>;
}

function createQueue<Item>(): Queue<Item> {
  const items: Item[] = [];
  let wake = (): void => {};
  return {
    push: (item) => {
      items.push(item);
      wake();
    },
    next: async () => {
      while (items.length === 0) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return items.shift()!;
    },
  };
}
