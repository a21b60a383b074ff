/**
 * PNG through LodePNG.
 *
 * @module
 */
import {
  allocate,
  checkPixelCount,
  type CodecExports,
  copyIn,
  copyOutRgb,
  createCodec,
} from "./codec.ts";
import { lodepng } from "./codec_modules.js";
import type { RgbImage } from "./rgb_image.ts";

/** The LodePNG function that is used here. */
interface LodePngExports extends CodecExports {
  // deno-lint-ignore camelcase
  lodepng_decode32(
    output: number,
    width: number,
    height: number,
    input: number,
    inputSize: number,
  ): number;
}

/** The signature and the header chunk, up to its width and height. */
const HEADER_BYTES = 24;

const CODEC = createCodec<LodePngExports>(lodepng, () => ({}));

/**
 * Decodes a PNG of any depth and colour type; of 16 bits the upper 8 are kept, alpha is dropped.
 *
 * @param bytes The file.
 * @throws {Error} With the reason, if the image is not whole or too large.
 */
export function decodePng(bytes: Uint8Array): RgbImage {
  const size = readPngSize(bytes);
  checkPixelCount(size);
  return CODEC.run((wasm) => {
    const input = copyIn(wasm, bytes);
    const fields = allocate(wasm, 12); // pointer to the pixels, width, height
    const status = wasm.lodepng_decode32(
      fields,
      fields + 4,
      fields + 8,
      input,
      bytes.length,
    );
    if (status !== 0) {
      throw new Error(`its data are truncated or damaged, code ${status}`);
    }
    const output = new DataView(wasm.memory.buffer).getUint32(fields, true);
    const pixels = copyOutRgb(wasm, output, size);
    wasm.free(output);
    wasm.free(fields);
    wasm.free(input);
    return { ...size, pixels };
  });
}

function readPngSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.length < HEADER_BYTES) throw new Error("its header is truncated");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
