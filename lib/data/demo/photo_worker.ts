/**
 * A worker that takes its share of the photographs and writes them to disk.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { describeCause } from "../../errors.ts";
import { encodeJpeg } from "../image/encode.ts";
import type { PhotoReply, PhotoRequest } from "./photo_messages.ts";
import { CITY_SPLITS, planSplit } from "./shots.ts";
import { takePhoto } from "./take_photo.ts";
import { createTextureStore } from "./texture_store.ts";

self.onmessage = async (
  { data }: MessageEvent<PhotoRequest>,
): Promise<void> => {
  try {
    await takePhotos(data);
  } catch (error) {
    reply({ kind: "failed", cause: describeCause(error) });
  }
};

/** Takes the photographs from `start` to `end`, counted over all splits. */
async function takePhotos(
  { options, folder, start, end }: PhotoRequest,
): Promise<void> {
  let first = 0;
  for (const split of CITY_SPLITS) {
    const { district, shots } = planSplit(options, split);
    const store = createTextureStore();
    const mine = shots.slice(
      Math.max(0, start - first),
      Math.max(0, end - first),
    );
    for (const shot of mine) {
      const photo = takePhoto(district, store, shot, options);
      const jpeg = await encodeJpeg(photo, options.quality);
      await Deno.writeFile(`${folder}/${shot.path}`, jpeg);
      reply({ kind: "taken" });
    }
    first += shots.length;
  }
  reply({ kind: "finished" });
}

function reply(message: PhotoReply): void {
  self.postMessage(message);
}
