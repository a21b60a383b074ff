/**
 * Files of images as responses.
 *
 * @module
 */
import { findImageType, FORMAT_BYTES } from "../data/image/decode.ts";
import { Refusal } from "./refusal.ts";

/**
 * Streams an image. Its type is told by its first bytes; what is no image is not served.
 *
 * @throws {Refusal} If it is no file, no JPEG, PNG or WebP, or cannot be read.
 */
export async function serveImage(path: string): Promise<Response> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) throw notThere();
  const file = await Deno.open(path).catch(() => {
    throw notThere();
  });
  try {
    const start = new Uint8Array(FORMAT_BYTES);
    await file.read(start);
    const type = findImageType(start);
    if (type === undefined) throw notThere();
    await file.seek(0, Deno.SeekMode.Start);
    return new Response(file.readable, { headers: { "Content-Type": type } });
  } catch (error) {
    file.close();
    throw error;
  }
}

function notThere(): Refusal {
  return new Refusal(
    404,
    "Cannot find this image",
    "check that the images are where they were when the report was written",
  );
}
