/**
 * JPEG through libjpeg-turbo: accurate integer IDCT, smooth upsampling, as PIL decodes.
 *
 * @module
 */
import {
  allocate,
  checkPixelCount,
  type CodecExports,
  type CodecImports,
  copyIn,
  createCodec,
} from "./codec.ts";
import { jpegTurbo } from "./codec_modules.js";
import type { RgbImage } from "./rgb_image.ts";

/** The TurboJPEG functions that the package exports. */
interface JpegTurboExports extends CodecExports {
  tjInitDecompress(): number;
  tjDecompressHeader3(
    decoder: number,
    input: number,
    inputSize: number,
    width: number,
    height: number,
    subsampling: number,
    colorspace: number,
  ): number;
  tjDecompress2(
    decoder: number,
    input: number,
    inputSize: number,
    output: number,
    width: number,
    rowBytes: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
  tjDestroy(decoder: number): number;
}

/** `TJPF_RGB` and `TJPF_CMYK` of turbojpeg.h. */
const PIXEL_FORMAT = { rgb: 0, cmyk: 11 };
/** `TJCS_CMYK` of turbojpeg.h; the one above it is YCCK, the ones below have 1 or 3 channels. */
const COLORSPACE_CMYK = 3;

const CODEC = createCodec<JpegTurboExports>(jpegTurbo, createImports);

/**
 * Decodes a JPEG of any kind: baseline or progressive, colour, grey or CMYK.
 *
 * libjpeg-turbo repairs truncated and damaged data and reports a warning; here,
 * a warning is an error.
 *
 * @param bytes The file.
 * @throws {Error} With the reason, if the image is not whole or too large.
 */
export function decodeJpeg(bytes: Uint8Array): RgbImage {
  return CODEC.run((wasm) => {
    const decoder = wasm.tjInitDecompress();
    const input = copyIn(wasm, bytes);
    const { width, height, isCmyk } = readHeader(wasm, decoder, input, bytes);
    checkPixelCount({ width, height });

    const channels = isCmyk ? 4 : 3;
    const size = width * height * channels;
    const output = allocate(wasm, size);
    const status = wasm.tjDecompress2(
      decoder,
      input,
      bytes.length,
      output,
      width,
      width * channels,
      height,
      isCmyk ? PIXEL_FORMAT.cmyk : PIXEL_FORMAT.rgb,
      0,
    );
    if (status !== 0) throw new Error("its data are truncated or damaged");

    const decoded = new Uint8Array(wasm.memory.buffer, output, size);
    const pixels = isCmyk ? cmykToRgb(decoded) : decoded.slice();
    wasm.free(output);
    wasm.free(input);
    wasm.tjDestroy(decoder);
    return { width, height, pixels };
  });
}

function readHeader(
  wasm: JpegTurboExports,
  decoder: number,
  input: number,
  bytes: Uint8Array,
): { width: number; height: number; isCmyk: boolean } {
  const fields = allocate(wasm, 16); // four int32
  const status = wasm.tjDecompressHeader3(
    decoder,
    input,
    bytes.length,
    fields,
    fields + 4,
    fields + 8,
    fields + 12,
  );
  if (status !== 0) throw new Error("its header is truncated or damaged");
  const view = new DataView(wasm.memory.buffer, fields);
  const header = {
    width: view.getInt32(0, true),
    height: view.getInt32(4, true),
    isCmyk: view.getInt32(12, true) >= COLORSPACE_CMYK,
  };
  wasm.free(fields);
  return header;
}

/**
 * Turns inverted CMYK, as Adobe writes it into JPEGs, into RGB without a colour profile.
 *
 * Source: Pillow, `JpegImagePlugin.py` (mode `CMYK;I`) and `Convert.c` (`cmyk2rgb`).
 */
function cmykToRgb(inverted: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(inverted.length / 4 * 3);
  for (let from = 0, to = 0; from < inverted.length; from += 4) {
    const white = inverted[from + 3]!; // 255 − K
    for (let channel = 0; channel < 3; channel++) {
      const ink = 255 - inverted[from + channel]!;
      const product = ink * white + 128;
      rgb[to++] = white - ((product >> 8) + product >> 8); // white · (1 − ink/255)
    }
  }
  return rgb;
}

/** What libjpeg-turbo needs of a C library; it leaves through `longjmp` when it gives up. */
function createImports(memory: () => WebAssembly.Memory): CodecImports {
  function giveUp(): never {
    throw new Error("its data are damaged, or of a kind that is not supported");
  }
  /** There are no environment variables. */
  function countEnvironment(count?: number, size?: number): number {
    const view = new DataView(memory().buffer);
    view.setUint32(count!, 0, true);
    view.setUint32(size!, 0, true);
    return 0;
  }
  return {
    env: { setjmp: () => 0, longjmp: giveUp },
    wasi_snapshot_preview1: {
      environ_sizes_get: countEnvironment,
      environ_get: () => 0,
      proc_exit: giveUp,
      fd_close: giveUp,
      fd_seek: giveUp,
      fd_write: giveUp,
    },
  };
}
