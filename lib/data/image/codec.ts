/**
 * Decoders in WebAssembly: one instance each, replaced whenever it may be damaged.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import { formatSize, MAX_PIXELS } from "./rgb_image.ts";

/** What every codec exports. Pointers and sizes are in bytes. */
export interface CodecExports {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(pointer: number): void;
}

/** A codec that is instantiated when it is first used. */
export interface Codec<Exports extends CodecExports> {
  /** Calls `use` with the codec's exports. If it throws, the instance is dropped, with all its memory. */
  run<Result>(use: (wasm: Exports) => Result): Result;
}

/** Functions that a codec imports, by the name of their module. */
export type CodecImports = Record<
  string,
  Record<string, (...args: number[]) => number | void>
>;

/** An instance whose memory has grown beyond this is not kept for the next image. */
const KEPT_MEMORY_BYTES = 256 * 2 ** 20;

/**
 * Makes a codec from a compiled module.
 *
 * @param module The compiled module.
 * @param createImports Makes the functions that it imports; they may ask for its memory when called.
 */
export function createCodec<Exports extends CodecExports>(
  module: WebAssembly.Module,
  createImports: (memory: () => WebAssembly.Memory) => CodecImports,
): Codec<Exports> {
  let kept: Exports | null = null;

  function instantiate(): Exports {
    const imports = createImports(() => wasm.memory);
    const { exports } = new WebAssembly.Instance(module, imports);
    const wasm = exports as unknown as Exports;
    return wasm;
  }

  function run<Result>(use: (wasm: Exports) => Result): Result {
    const wasm = kept ?? instantiate();
    kept = null; // stays so if `use` throws
    const result = use(wasm);
    if (wasm.memory.buffer.byteLength <= KEPT_MEMORY_BYTES) kept = wasm;
    return result;
  }

  return { run };
}

/**
 * Allocates memory in a codec.
 *
 * @returns A pointer, to be freed by the caller.
 * @throws {Error} If there is no memory left.
 */
export function allocate(wasm: CodecExports, size: number): number {
  const pointer = wasm.malloc(size) >>> 0;
  if (pointer === 0) throw new Error("it needs too much memory");
  return pointer;
}

/** Copies bytes into a codec and returns a pointer to them, to be freed by the caller. */
export function copyIn(wasm: CodecExports, bytes: Uint8Array): number {
  const pointer = allocate(wasm, bytes.length);
  new Uint8Array(wasm.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

/** Copies RGBA pixels out of a codec without their alpha, `[H, W, 3]`. */
export function copyOutRgb(
  wasm: CodecExports,
  pointer: number,
  { width, height }: ImageSize,
): Uint8Array<ArrayBuffer> {
  const count = width * height;
  const rgba = new Uint8Array(wasm.memory.buffer, pointer, count * 4);
  const rgb = new Uint8Array(count * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

/** Throws if an image has more than `MAX_PIXELS` pixels. */
export function checkPixelCount(size: ImageSize): void {
  if (size.width * size.height > MAX_PIXELS) {
    throw new Error(
      `it is ${formatSize(size)}, over ${MAX_PIXELS / 1e6} megapixels`,
    );
  }
}
