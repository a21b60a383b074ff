/**
 * A worker of the decode pool: paths in, pixels or errors out, one at a time.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { VprError } from "../../errors.ts";
import type { DecodeReply, DecodeRequest } from "./decode_messages.ts";
import { readImage } from "./read_image.ts";

self.onmessage = ({ data }: MessageEvent<DecodeRequest>): void => {
  const reply = answer(data);
  self.postMessage(reply, "image" in reply ? [reply.image.pixels.buffer] : []);
};

function answer({ path, options }: DecodeRequest): DecodeReply {
  try {
    return { image: readImage(path, options) };
  } catch (error) {
    if (!(error instanceof VprError)) throw error; // a bug: ends this worker
    const [what] = error.message.split("\n");
    return { error: { what: what!, where: error.where, fix: error.fix } };
  }
}
