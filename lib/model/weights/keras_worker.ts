/**
 * A worker that reads Keras weights: a path in, tensors or an error out.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { CheckpointError } from "../../errors.ts";
import type { KerasReply } from "./keras_messages.ts";
import { readKerasSqueezenet } from "./keras_squeezenet.ts";

self.onmessage = async (
  { data: path }: MessageEvent<string>,
): Promise<void> => {
  self.postMessage(await answer(path));
};

async function answer(path: string): Promise<KerasReply> {
  try {
    return { tensors: await readKerasSqueezenet(path) };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error; // a bug: ends this worker
    const [what] = error.message.split("\n");
    return { error: { what: what!, where: error.where, fix: error.fix } };
  }
}
