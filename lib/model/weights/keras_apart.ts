/**
 * Keras weights read in a worker of their own.
 *
 * The HDF5 library takes some damaged files for ever, and is of no use any more after
 * others. In a worker neither matters.
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";
import { WebWorker } from "../../web_worker.ts";
import type { KerasReply } from "./keras_messages.ts";
import type { NamedTensors } from "./tensors.ts";

/** The published weights take half a second. */
const MAX_MS = 60_000;

/**
 * Reads what `readKerasSqueezenet` reads, in bounded time.
 *
 * @param maxMs How long it may take.
 * @throws {CheckpointError} As `readKerasSqueezenet`, and if it takes longer.
 */
export async function readKerasApart(
  path: string,
  maxMs = MAX_MS,
): Promise<NamedTensors> {
  const script = new URL("./keras_worker.ts", import.meta.url);
  const worker = new WebWorker(script, { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const reply = await new Promise<KerasReply>((resolve, reject) => {
      const fail = (reason: string): void => reject(wordFailure(path, reason));
      timer = setTimeout(() => fail("the HDF5 library hangs in it"), maxMs);
      worker.onmessage = ({ data }: MessageEvent<KerasReply>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault(); // else it would end the process
        fail(`the HDF5 library fails on it: ${event.message}`);
      };
      worker.postMessage(path);
    });
    if ("tensors" in reply) return reply.tensors;
    const { what, where, fix } = reply.error;
    throw new CheckpointError(what, { where, fix });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

function wordFailure(path: string, reason: string): CheckpointError {
  return new CheckpointError("Cannot read Keras weights", {
    where: `${path} (${reason})`,
    fix: "download the file again",
  });
}
