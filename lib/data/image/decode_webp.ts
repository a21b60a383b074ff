/**
 * WebP through libwebp.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import {
  allocate,
  checkPixelCount,
  type CodecExports,
  copyIn,
  copyOutRgb,
  createCodec,
} from "./codec.ts";
import { libwebp } from "./codec_modules.js";
import type { RgbImage } from "./rgb_image.ts";

/** The libwebp function that is used here. */
interface LibWebpExports extends CodecExports {
  WebPDecodeRGBA(
    input: number,
    inputSize: number,
    width: number,
    height: number,
  ): number;
}

/** The RIFF header and as much of the first chunk as holds the size in all three kinds of file. */
const HEADER_BYTES = 30;

const CODEC = createCodec<LibWebpExports>(libwebp, () => ({
  wasi_snapshot_preview1: { fd_close: stop, fd_seek: stop, fd_write: stop },
}));

/**
 * Decodes a still WebP, lossy or lossless; alpha is dropped.
 *
 * @param bytes The file.
 * @throws {Error} With the reason, if the image is not whole, animated or too large.
 */
export function decodeWebp(bytes: Uint8Array): RgbImage {
  checkPixelCount(readWebpSize(bytes));
  return CODEC.run((wasm) => {
    const input = copyIn(wasm, bytes);
    const fields = allocate(wasm, 8); // width, height
    const output = wasm.WebPDecodeRGBA(
      input,
      bytes.length,
      fields,
      fields + 4,
    ) >>> 0;
    if (output === 0) {
      throw new Error("its data are truncated or damaged, or it is animated");
    }
    const view = new DataView(wasm.memory.buffer, fields);
    const size = {
      width: view.getUint32(0, true),
      height: view.getUint32(4, true),
    };
    const pixels = copyOutRgb(wasm, output, size);
    wasm.free(output);
    wasm.free(fields);
    wasm.free(input);
    return { ...size, pixels };
  });
}

/**
 * Reads the size from the first chunk, before anything is decoded.
 *
 * Source: RFC 9649, sections 2.5 to 2.7; RFC 6386, section 9.1.
 */
function readWebpSize(bytes: Uint8Array): ImageSize {
  if (bytes.length < HEADER_BYTES) throw new Error("its header is truncated");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  if (chunk === "VP8X") {
    return {
      width: (view.getUint32(24, true) & 0xffffff) + 1,
      height: (view.getUint32(26, true) >>> 8) + 1,
    };
  }
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: (bits >>> 14 & 0x3fff) + 1,
    };
  }
  return {
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  };
}

function stop(): never {
  throw new Error("its data are damaged");
}
